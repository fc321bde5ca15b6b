/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

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

static struct alert made(struct arena *arena, const char *name, enum severity severity,
                         const char *array, const char *device)
{
    const struct label labels[] = {{"array", array}, {"device", device}};
    return (struct alert){
        .name = name, .severity = severity, .labels = labels_new(arena, labels, 2)};
}

static void order(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    struct alert alerts[] = {
        made(arena, "A", SEVERITY_INFO, "md0", ""),
        made(arena, "A", SEVERITY_CRITICAL, "", "sdb"),
        made(arena, "A", SEVERITY_CRITICAL, "md0", "sda"),
        made(arena, "Z", SEVERITY_CRITICAL, "md1", ""),
        made(arena, "Z", SEVERITY_CRITICAL, "md0", ""),
        made(arena, "B", SEVERITY_CRITICAL, "", "sda"),
    };
    static const char *const expected[] = {"Z md0 ", "Z md1 ", "A md0 sda",
                                           "A  sdb", "B  sda", "A md0 "};
    qsort(alerts, 6, sizeof alerts[0], alert_worst_first);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(arena_printf(arena, "%s %s %s", alerts[i].name,
                                         labels_get(alerts[i].labels, "array"),
                                         labels_get(alerts[i].labels, "device")),
                            expected[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(severities), cmocka_unit_test(states),
                                       cmocka_unit_test(order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
