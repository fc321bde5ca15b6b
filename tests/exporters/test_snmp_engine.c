/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/snmp_engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const int64_t at_2025 = INT64_C(1735689600000);

static void ids_are_of_5_to_32_bytes(void **state)
{
    static const struct {
        const char *text;
        size_t length; /* 0: refused */
    } cases[] = {
        {"0x80001f8801", 5},
        {"80001F8801", 5},
        {"0x80001f88", 0},
        {"0x80001f880", 0},
        {"0x80001f880g", 0},
        {"", 0},
        {"0x", 0},
        {"8000000000000000000000000000000000000000000000000000000000000001", 32},
        {"800000000000000000000000000000000000000000000000000000000000000102", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct snmp_engine engine = {0};
        int code = snmp_engine_id(cases[i].text, &engine);
        assert_int_equal(code == 0, cases[i].length != 0);
        assert_int_equal(code == 0 ? engine.id_length : 0, cases[i].length);
    }
}

static void files_come_back(void **state)
{
    static const char good[] = "engine 0x80001f8801020304 boots 17\n";
    static const char *const bad[] = {
        "engine 0x80001f8801020304 boots 17",
        "engine 0x80001f8801020304 boots x\n",
        "engine 0x80001f boots 17\n",
        "engine 0x80001f8801020304 boots 2147483648\n",
        "boots 17\n",
    };
    struct snmp_engine engine;
    struct buf text = {0};
    (void)state;
    assert_int_equal(snmp_engine_parse(good, strlen(good), &engine, NULL), 0);
    assert_int_equal(engine.boots, 17);
    assert_int_equal(engine.id_length, 8);
    snmp_engine_print(&engine, &text);
    assert_string_equal(text.data, good);
    buf_free(&text);
    assert_int_equal(snmp_engine_parse(NULL, 0, &engine, NULL), 0);
    assert_int_equal(engine.id_length, 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(snmp_engine_parse(bad[i], strlen(bad[i]), &engine, NULL), -22);
}

static void boots_grow(void **state)
{
    static const struct {
        uint32_t before;
        int64_t seconds; /* since 2025 */
        uint32_t after;
    } cases[] = {
        {0, 0, 1},
        {0, 1000, 1000},
        {17, -1000, 18}, /* a clock that is wrong */
        {2000, 1000, 2001},
        {1000, 1000, 1001},
        {2147483646, 0, 2147483647},
        {2147483647, 0, 2147483647}, /* there is no more (RFC 3414, 2.2.2) */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct snmp_engine engine = {.boots = cases[i].before};
        snmp_engine_boot(&engine, at_2025 + cases[i].seconds * 1000);
        assert_int_equal(engine.boots, cases[i].after);
    }
}

static void count(const struct snmp_engine *engine, void *arg)
{
    assert_int_not_equal(engine->id_length, 0);
    ++*(int *)arg;
}

static void starts_are_kept(void **state)
{
    char directory[] = "/tmp/forewarn-engine-XXXXXX", command[64];
    struct snmp_engine first, second;
    int known = 0;
    struct error e;
    (void)state;
    assert_non_null(mkdtemp(directory));
    assert_int_equal(snmp_engine_start(directory, at_2025, &first, count, &known, &e), 0);
    assert_int_equal(known, 0); /* there was none */
    assert_int_equal(first.boots, 1);
    assert_int_equal(snmp_engine_start(directory, at_2025, &second, count, &known, &e), 0);
    assert_int_equal(known, 1);
    assert_int_equal(second.boots, 2);
    assert_int_equal(second.id_length, first.id_length);
    assert_memory_equal(second.id, first.id, first.id_length);
    snprintf(command, sizeof command, "rm -r %s", directory);
    assert_int_equal(system(command), 0);
    assert_true(snmp_engine_start(directory, at_2025, &second, count, &known, &e) < 0);
    assert_true(snmp_engine_start(NULL, at_2025, &second, count, &known, &e) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_of_5_to_32_bytes),
        cmocka_unit_test(files_come_back),
        cmocka_unit_test(boots_grow),
        cmocka_unit_test(starts_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
