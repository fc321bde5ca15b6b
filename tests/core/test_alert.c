/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/alert.h"

static void severities(void **state)
{
    (void)state;
    assert_int_equal(severity_from_name("critical"), SEVERITY_CRITICAL);
    assert_int_equal(severity_from_name("warning"), SEVERITY_WARNING);
    assert_int_equal(severity_from_name("info"), SEVERITY_INFO);
    assert_int_equal(severity_from_name("page"), SEVERITY_NONE);
    assert_int_equal(severity_from_name(""), SEVERITY_NONE);
    assert_string_equal(severity_name(SEVERITY_WARNING), "warning");
}

static void states(void **state)
{
    (void)state;
    assert_string_equal(alert_state_name(ALERT_INACTIVE), "inactive");
    assert_string_equal(alert_state_name(ALERT_RESOLVED), "resolved");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(severities), cmocka_unit_test(states)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
