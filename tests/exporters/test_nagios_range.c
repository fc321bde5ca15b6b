/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "exporters/nagios_range.h"

static void test_ranges(void **state)
{
    static const struct {
        const char *text;
        double start, end;
        bool inside;
    } table[] = {
        {"10", 0, 10, false},
        {"10:", 10, INFINITY, false},
        {":10", 0, 10, false},
        {"~:10", -INFINITY, 10, false},
        {"~:", -INFINITY, INFINITY, false},
        {"10:20", 10, 20, false},
        {"@10:20", 10, 20, true},
        {"@10", 0, 10, true},
        {"@~:0", -INFINITY, 0, true},
        {"-5:-2.5", -5, -2.5, false},
        {"0:0", 0, 0, false},
        {".5:1.", 0.5, 1, false},
        {"+1:+2", 1, 2, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct nagios_range range;
        struct error e = {0};
        if (nagios_range_parse(table[i].text, &range, &e) != 0)
            fail_msg("%s: %s", table[i].text, e.text);
        if (range.start != table[i].start || range.end != table[i].end ||
            range.inside != table[i].inside)
            fail_msg("%s: got %g..%g inside %d", table[i].text, range.start, range.end,
                     range.inside);
    }
}

static void test_bad_ranges(void **state)
{
    static const char *const table[] = {"",     "@",     ":",    "~",        "20:10", "10:5x",
                                        "ten",  "1e3",   "0x10", "10:20:30", "10:~",  " 10",
                                        "10 ",  "-",     ".",    "1.2.3",    "@@10",  "nan",
                                        "inf:", "10;20", "--1",  "5:-1",     "-1"};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct nagios_range range;
        struct error e = {0};
        if (nagios_range_parse(table[i], &range, &e) != -EINVAL)
            fail_msg("'%s' was taken for a range", table[i]);
        assert_non_null(strstr(e.text, table[i]));
    }
}

static void test_alerts(void **state)
{
    static const struct {
        const char *range;
        double value;
        bool alerts;
    } table[] = {
        /* The guidelines' own examples. */
        {"10", -1, true},           {"10", 0, false},       {"10", 10, false},
        {"10", 10.1, true},         {"10:", 9, true},       {"10:", 10, false},
        {"10:", 1e9, false},        {"~:10", -1e9, false},  {"~:10", 11, true},
        {"10:20", 9, true},         {"10:20", 15, false},   {"10:20", 21, true},
        {"@10:20", 10, true},       {"@10:20", 20, true},   {"@10:20", 9, false},
        {"@10:20", 21, false},      {"10", NAN, true},      {"@10:20", NAN, true},
        {"~:10", -INFINITY, false}, {"10", INFINITY, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct nagios_range range;
        assert_int_equal(nagios_range_parse(table[i].range, &range, NULL), 0);
        if (nagios_range_alerts(&range, table[i].value) != table[i].alerts)
            fail_msg("%s with %g should%s alert", table[i].range, table[i].value,
                     table[i].alerts ? "" : " not");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_bad_ranges),
        cmocka_unit_test(test_alerts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
