/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "probes/cyrus_index.h"
#include "probes/cyrus_twoskip.h"
#include "tests/probes/cyrus_make.h"

enum { KEYS = 12 };

static enum cyrus_database verify(const struct buf *buf, struct cyrus_found *found)
{
    struct mailindex_file file = mailindex_memory("mailboxes.db", buf->data, buf->length);
    struct mailindex_sink sink = cyrus_sink(found);
    struct cyrus_twoskip header;
    int error;

    *found = (struct cyrus_found){0};
    enum cyrus_database kind = cyrus_twoskip_open(&file, &header, &sink);
    if (kind == CYRUS_TWOSKIP)
        assert_true(cyrus_twoskip_verify(&file, &header, &sink, &error));
    return kind;
}

static void test_sound(void **state)
{
    (void)state;
    for (unsigned keys = 1; keys < 40; keys++) {
        struct buf buf = {0};
        struct cyrus_found found;
        cyrus_make_twoskip(&buf, keys);
        assert_int_equal(verify(&buf, &found), CYRUS_TWOSKIP);
        assert_string_equal(found.rules, "");
        buf_free(&buf);
    }
}

static void test_any_bit(void **state)
{
    struct buf buf = {0};
    struct cyrus_found found;

    (void)state;
    cyrus_make_twoskip(&buf, KEYS);
    for (size_t bit = 0; bit < buf.length * 8; bit++) {
        buf.data[bit / 8] = (char)(buf.data[bit / 8] ^ 1 << bit % 8);
        verify(&buf, &found);
        if (!found.rules[0])
            fail_msg("byte %zu bit %zu was not seen", bit / 8, bit % 8);
        buf.data[bit / 8] = (char)(buf.data[bit / 8] ^ 1 << bit % 8);
    }
    buf_free(&buf);
}

static void seal_header(struct buf *buf)
{
    cyrus_put32(buf, 60, (uint32_t)crc32(0, (const unsigned char *)buf->data, 60));
}

static void test_header(void **state)
{
    static const struct {
        size_t at;
        uint32_t value;
        const char *rules;
    } cases[] = {
        {36, KEYS + 1, "Z07 "},   /* records */
        {56, 1, "Z02 "},          /* a change that was begun */
        {52, 64, "Z04 "},         /* current size: the rest is left over */
        {52, 0x10000000, "Z03 "}, /* the rest is gone */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf buf = {0};
        struct cyrus_found found;
        cyrus_make_twoskip(&buf, KEYS);
        cyrus_put32(&buf, cases[i].at, cases[i].value);
        seal_header(&buf);
        verify(&buf, &found);
        if (strncmp(found.rules, cases[i].rules, 4) != 0)
            fail_msg("%zu: expected %s, found %s", cases[i].at, cases[i].rules, found.rules);
        buf_free(&buf);
    }
}

/* A record of an earlier time in the place of a newer one: its CRCs are right, and it leads off. */
static void test_stale_record(void **state)
{
    struct buf buf = {0};
    struct cyrus_found found;

    (void)state;
    cyrus_make_twoskip(&buf, KEYS);
    size_t first = 64 + 8 + 8 * 32 + 8; /* the old value, of level 2 */
    size_t next = first + 8 + 8 * 3 + 8 + 40;
    size_t head = 8 + 8 * 2;
    assert_int_equal(buf.data[next], '+');
    memset(buf.data + next + 8, 0, 16);
    cyrus_put32(&buf, next + head,
                (uint32_t)crc32(0, (const unsigned char *)buf.data + next, (unsigned)head));
    verify(&buf, &found);
    assert_string_equal(found.rules, "Z07 ");
    buf_free(&buf);
}

static void test_other_formats(void **state)
{
    static const struct {
        const char *bytes;
        enum cyrus_database kind;
        const char *rules;
    } cases[] = {
        {"\241\002\213\015skiplist file\0\0\0\0\0\0\0\0", CYRUS_OTHER_DATABASE, "Z08 "},
        {"\241\002\213\015twomfile\0\0\0\0\0\0\0\0\0\0\0\0", CYRUS_OTHER_DATABASE, "Z08 "},
        {"\241\002\213\015twoskip fi1e\0\0\0\0\0\0\0\0", CYRUS_BROKEN_DATABASE, "Z01 "},
        {"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", CYRUS_BROKEN_DATABASE, "Z01 "},
        {"user.base\tsome flat text", CYRUS_NO_DATABASE, ""},
        {"\241\002\213\015twoskip file\0\0\0\0\0\0\0\0", CYRUS_BROKEN_DATABASE, "Z03 "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf buf = {0};
        struct cyrus_found found;
        buf_add(&buf, cases[i].bytes, 24);
        assert_int_equal(verify(&buf, &found), cases[i].kind);
        assert_string_equal(found.rules, cases[i].rules);
        buf_free(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound),         cmocka_unit_test(test_any_bit),
        cmocka_unit_test(test_header),        cmocka_unit_test(test_stale_record),
        cmocka_unit_test(test_other_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
