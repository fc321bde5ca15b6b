/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rules/literal.h"
#include "rules/promql.h"

static void reads_numbers(void **state)
{
    static const struct {
        const char *text;
        double number;
    } cases[] = {
        {"0", 0},
        {"12", 12},
        {"1_000", 1000},
        {"010", 8},
        {"09", 9},
        {"0x1F", 31},
        {"0X_ff", 255},
        {".5", 0.5},
        {"5.", 5},
        {"1.5e3", 1500},
        {"1e-3", 0.001},
        {"1E+2", 100},
        {"inf", INFINITY},
        {"INF", INFINITY},
        {"1_0.5_0", 10.5},
        {"9223372036854775808", 0x1p63},
        {"1e400", INFINITY},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double number = 0;
        assert_true(literal_number(cases[i].text, strlen(cases[i].text), &number));
        assert_true(number == cases[i].number);
    }
    double number;
    assert_true(literal_number("NaN", 3, &number) && isnan(number));
}

static void refuses_other_numbers(void **state)
{
    static const char *const texts[] = {
        "",      ".",    "1e",   "1e+",   "_1",
        "1_",    "1__0", "0x",   "0x1.8", "0xg",
        "1.2.3", "+1",   "-1",   "1 ",    "infinity",
        "nanx",  "1_e3", "1e_3", "0x1p3", "1d",
        "e5",    "0b11", "1._5", "1_.5",  "0x8000000000000000",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double number;
        if (literal_number(texts[i], strlen(texts[i]), &number))
            fail_msg("%s taken as %g", texts[i], number);
    }
}

static void reads_durations(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: none */
    } cases[] = {
        {"0", 0},
        {"0s", 0},
        {"5m", 300000},
        {"1h30m", 5400000},
        {"100ms", 100},
        {"1s500ms", 1500},
        {"1y", INT64_C(31536000000)},
        {"1w2d", 777600000},
        {"90m", 5400000},
        {"292y", INT64_C(9208512000000)},
        {"", -1},
        {"5", -1},
        {"m", -1},
        {"5x", -1},
        {"30m1h", -1},
        {"5m5m", -1},
        {"1.5h", -1},
        {"-5m", -1},
        {"5 m", -1},
        {"300y", -1},
        {"99999999999999999999s", -1},
        {"1hs", -1},
        {"5M", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms;
        int code = promql_parse_duration(cases[i].text, strlen(cases[i].text), &ms);
        if ((code ? -1 : ms) != cases[i].ms)
            fail_msg("%s: %lld", cases[i].text, code ? -1LL : (long long)ms);
    }
}

static void reads_strings(void **state)
{
    static const struct {
        const char *text, *value; /* NULL: wrong */
    } cases[] = {
        {"\"\"", ""},           {"'a\"b'", "a\"b"},
        {"`a\\n\n`", "a\\n\n"}, {"\"\\a\\b\\f\\n\\r\\t\\v\\\\\\\"\"", "\a\b\f\n\r\t\v\\\""},
        {"'\\''", "'"},         {"\"\\'\"", NULL},
        {"'\\\"'", NULL},       {"\"\\x41\\101\\u0041\\U00000041\"", "AAAA"},
        {"\"\\xff\"", "\xff"},  {"\"\\u20ac\"", "\xe2\x82\xac"},
        {"\"\\ud800\"", NULL},  {"\"\\U00110000\"", NULL},
        {"\"\\400\"", NULL},    {"\"\\x4\"", NULL},
        {"\"\\xg0\"", NULL},    {"\"\\u\x10\x10\x10\x10\"", NULL},
        {"\"\\000\"", NULL},    {"\"\\q\"", NULL},
        {"\"\\\"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        const char *why = NULL;
        const char *value = literal_string(cases[i].text, strlen(cases[i].text), arena, &why);
        assert_int_equal(value == NULL, why != NULL);
        if (!value != !cases[i].value || (value && strcmp(value, cases[i].value) != 0))
            fail_msg("%s: %s", cases[i].text, value ? value : why);
    }
}

static void writes_numbers(void **state)
{
    static const struct {
        double number;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "-0"},
        {1, "1"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {1e21, "1000000000000000000000"},
        {1e-7, "0.0000001"},
        {1.0 / 3, "0.3333333333333333"},
        {123456.789, "123456.789"},
        {INFINITY, "+Inf"},
        {-INFINITY, "-Inf"},
        {NAN, "NaN"},
        {100, "100"},
        {5e-324, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = {0};
        promql_print_number(cases[i].number, &out);
        if (cases[i].text)
            assert_string_equal(out.data, cases[i].text);
        else
            assert_int_equal(out.length, strlen("0.") + 324);
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_numbers),   cmocka_unit_test(refuses_other_numbers),
        cmocka_unit_test(reads_durations), cmocka_unit_test(reads_strings),
        cmocka_unit_test(writes_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
