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
        cmocka_unit_test(test_severity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
