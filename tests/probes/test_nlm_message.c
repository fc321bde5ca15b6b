/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/nlm_message.h"

static size_t words(const char *text, unsigned char *bytes)
{
    size_t n = 0;
    for (char *end; *text; text = *end ? end + 1 : end) {
        unsigned long word = strtoul(text, &end, 16);
        assert_true(end > text);
        for (int shift = 24; shift >= 0; shift -= 8)
            bytes[n++] = (unsigned char)(word >> shift);
    }
    return n;
}

static void encodes_locks(void **state)
{
    const struct nlm_lock lock = {
        .caller = "host", .owner = "me", .pid = 7, .handle = {1, 2, 3, 4, 5}, .handle_bytes = 5};
#define LOCK "4 686f7374 5 1020304 5000000 2 6d650000 7 0 0 0 0"
    static const struct {
        enum nlm_procedure procedure;
        const char *words;
    } table[] = {
        {NLM_NM_LOCK, "4 6672776e 0 1 " LOCK " 0 0"},
        {NLM_UNLOCK, "4 6672776e " LOCK},
    };
    unsigned char want[256], got[256];
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t length = words(table[i].words, want);
        assert_int_equal(nlm_encode(table[i].procedure, &lock, got, sizeof got), length);
        assert_memory_equal(got, want, length);
        assert_int_equal(nlm_encode(table[i].procedure, &lock, got, length - 1), 0);
    }
}

static void decodes_what_servers_say(void **state)
{
    static const struct {
        const char *words;
        enum nlm_status status;
    } table[] = {
        {"4 6672776e 0", NLM_GRANTED},
        {"4 6672776e 1", NLM_DENIED},
        {"4 6672776e 4", NLM_DENIED_GRACE},
        {"4 6672776e 9", NLM_FAILED},
        {"4 6672776e 0 1 2", NLM_GRANTED},
        {"4 6672776e a", NLM_GARBAGE},
        {"4 6672776e", NLM_GARBAGE},
        {"4 6672776f 0", NLM_GARBAGE},
        {"0 0", NLM_GARBAGE},
        {"", NLM_GARBAGE},
        {"ffffffff 0 0", NLM_GARBAGE},
        {"401 0 0", NLM_GARBAGE},
        {"4 6672776e ffffffff", NLM_GARBAGE},
    };
    unsigned char bytes[256];
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        enum nlm_status status = nlm_decode(bytes, words(table[i].words, bytes));
        if (status != table[i].status)
            fail_msg("'%s': %s", table[i].words, nlm_status_text(status));
    }
}

/* What name_to_handle_at(2) gives: three words, a 16-bit size in the host's order, the handle. */
static void finds_the_servers_handle(void **state)
{
    static const struct {
        uint16_t size;
        size_t length; /* of all */
        bool is_one;
    } table[] = {{5, 19, true},      {5, 20, true},  {64, 78, true},
                 {5, 18, false},     {0, 19, false}, {65, 90, false},
                 {65535, 90, false}, {5, 13, false}, {5, 0, false}};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        unsigned char bytes[128] = {0};
        struct nlm_lock lock = {.handle_bytes = 0};
        memcpy(bytes + 12, &table[i].size, 2);
        for (size_t k = 14; k < sizeof bytes; k++)
            bytes[k] = (unsigned char)k;
        assert_int_equal(nlm_handle_of(bytes, table[i].length, &lock), table[i].is_one);
        assert_int_equal(lock.handle_bytes, table[i].is_one ? table[i].size : 0);
        if (table[i].is_one)
            assert_memory_equal(lock.handle, bytes + 14, table[i].size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodes_locks),
        cmocka_unit_test(decodes_what_servers_say),
        cmocka_unit_test(finds_the_servers_handle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
