/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exporters/event_text.h"
#include "tests/exporters/event_fixture.h"

static void subjects(void **state)
{
    static const struct {
        Forewarn__EventKind kind;
        const char *severity, *summary, *subject;
    } cases[] = {
        {FOREWARN__EVENT_KIND__RAISED, "critical", "md2 is degraded",
         "CRITICAL mail7: md2 is degraded"},
        {FOREWARN__EVENT_KIND__CHANGED, "warning", "md2 is degraded",
         "WARNING mail7: md2 is degraded"},
        {FOREWARN__EVENT_KIND__REPEATED, "info", "a\nBcc: x\x7f", "still INFO mail7: a Bcc: x "},
        {FOREWARN__EVENT_KIND__RESOLVED, "critical", "x \xff", "RESOLVED mail7: x \xef\xbf\xbd"},
        {FOREWARN__EVENT_KIND__TEST, "info", "",
         "TEST mail7: this is a test: what forewarn has to "
         "tell arrives"},
        {FOREWARN__EVENT_KIND__RAISED, "warning", "", "WARNING mail7: DiskTooHot"},
    };
    SCRATCH_ARENA(arena);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const Forewarn__Event *event =
            event_fixture(arena, "e1", cases[i].kind, "alertname", "DiskTooHot", "severity",
                          cases[i].severity, "summary", cases[i].summary, NULL);
        assert_string_equal(event_text_subject(event, arena), cases[i].subject);
    }
    const Forewarn__Event *alive = event_fixture(arena, "h", FOREWARN__EVENT_KIND__HEARTBEAT, NULL);
    assert_string_equal(event_text_subject(alive, arena),
                        "OK mail7: forewarn is alive and watches");
    assert_string_equal(event_text_state(alive), "heartbeat");
}

static void a_body_says_all(void **state)
{
    SCRATCH_ARENA(arena);
    const Forewarn__Event *event = event_fixture(
        arena, "e1", FOREWARN__EVENT_KIND__REPEATED, "alertname", "MdArrayDegraded", "severity",
        "critical", "array", "md2", "summary",
        "md2 (raid5) is degraded, 1 of 4 members missing: no redundancy left", "description",
        "sdb = WDC, serial WD-1.\nThe next disk that fails costs data.", "action",
        "Replace the disk with serial WD-1.", NULL);

    (void)state;
    assert_string_equal(event_text_body(event, arena),
                        "CRITICAL  md2 (raid5) is degraded, 1 of 4 members missing: no redundancy\n"
                        "left\n"
                        "\n"
                        "Since: Sun Mar  1 12:00:00 2026 UTC\n"
                        "Now:   Sun Mar  1 12:30:00 2026 UTC\n"
                        "\n"
                        "sdb = WDC, serial WD-1. The next disk that fails costs data.\n"
                        "\n"
                        "What to do: Replace the disk with serial WD-1.\n"
                        "\n"
                        "-- \n"
                        "alert MdArrayDegraded, array=\"md2\", value 2.5\n"
                        "event e1 of forewarn on mail7\n");
}

static void an_end_says_what_is_over(void **state)
{
    SCRATCH_ARENA(arena);
    const Forewarn__Event *event =
        event_fixture(arena, "e2", FOREWARN__EVENT_KIND__RESOLVED, "alertname", "DiskTooHot",
                      "severity", "warning", "summary", "sda is hot", "action", "Cool it.", NULL);

    (void)state;
    assert_string_equal(event_text_body(event, arena),
                        "RESOLVED  sda is hot\n"
                        "\n"
                        "Since: Sun Mar  1 12:00:00 2026 UTC\n"
                        "Until: Sun Mar  1 12:30:00 2026 UTC\n"
                        "\n"
                        "This is over; nothing has to be done about it now.\n"
                        "\n"
                        "-- \n"
                        "alert DiskTooHot, value 2.5\n"
                        "event e2 of forewarn on mail7\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(subjects),
        cmocka_unit_test(a_body_says_all),
        cmocka_unit_test(an_end_says_what_is_over),
    };
    setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
