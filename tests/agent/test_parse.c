/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agent/parse.h"

static void test_timeout(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* 0: refused */
    } table[] = {
        {"10", 10000},   {"10s", 10000},   {"500ms", 500}, {"1m30s", 90000},
        {"1h", 3600000}, {"1d", 86400000}, {"0", 0},       {"0s", 0},
        {"2d", 0},       {"-1", 0},        {"", 0},        {"10x", 0},
        {"s", 0},        {"1.5", 0},       {" 10", 0},     {"99999999999999999999", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct error e = {0};
        int64_t ms = 0;
        int code = parse_timeout(table[i].text, &ms, &e);
        if ((code == 0) != (table[i].ms != 0) || (code == 0 && ms != table[i].ms))
            fail_msg("'%s' gives %d, %lld", table[i].text, code, (long long)ms);
        assert_int_equal(e.text[0] != '\0', code < 0);
    }
}

static void test_time(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: refused */
    } table[] = {
        {"0", 0},
        {"1772359200.5", 1772359200500},
        {"1.5e9", 1500000000000},
        {"2026-03-01T10:00:00Z", 1772359200000},
        {"2026-03-01T10:00:00.25Z", 1772359200250},
        {"2026-03-01T11:30:00+01:30", 1772359200000},
        {"2026-03-01T09:00:00-01:00", 1772359200000},
        {"", -1},
        {"now", -1},
        {"nan", -1},
        {"0x10", -1},
        {"1e300", -1},
        {"2026-03-01", -1},
        {"2026-03-01T10:00:00", -1},
        {"2026-03-01T10:00:00.Z", -1},
        {"2026-03-01T10:00:00+1:00", -1},
        {"2026-3-1T10:00:00Z", -1},
        {"2026-13-01T10:00:00Z", -1},
        {"2026-03-01T10:00:00Zx", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct error e = {0};
        int64_t ms = -1;
        int code = parse_time(table[i].text, &ms, &e);
        if ((code == 0) != (table[i].ms != -1) || (code == 0 && ms != table[i].ms))
            fail_msg("'%s' gives %d, %lld", table[i].text, code, (long long)ms);
    }
}

static void test_step(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* 0: refused */
    } table[] = {{"30", 30000}, {"0.5", 500}, {"1h30m", 5400000}, {"0", 0}, {"-1", 0}, {"x", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct error e = {0};
        int64_t ms = 0;
        int code = parse_step(table[i].text, &ms, &e);
        if ((code == 0) != (table[i].ms != 0) || (code == 0 && ms != table[i].ms))
            fail_msg("'%s' gives %d, %lld", table[i].text, code, (long long)ms);
    }
}

static void test_severity(void **state)
{
    static const struct {
        const char *text, *alert;
        enum severity severity; /* SEVERITY_NONE: refused */
    } table[] = {
        {"MdDegraded=info", "MdDegraded", SEVERITY_INFO},
        {"A=warning", "A", SEVERITY_WARNING},
        {"A=B=critical", "A=B", SEVERITY_CRITICAL},
        {"A=none", NULL, SEVERITY_NONE},
        {"A=", NULL, SEVERITY_NONE},
        {"=info", NULL, SEVERITY_NONE},
        {"A", NULL, SEVERITY_NONE},
        {"", NULL, SEVERITY_NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct error e = {0};
        struct severity_override override;
        char text[64];
        snprintf(text, sizeof text, "%s", table[i].text);
        int code = parse_severity(text, &override, &e);
        assert_int_equal(code == 0, table[i].alert != NULL);
        if (code < 0)
            continue;
        assert_string_equal(override.alert, table[i].alert);
        assert_int_equal(override.severity, table[i].severity);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_time),
        cmocka_unit_test(test_step),
        cmocka_unit_test(test_severity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
