/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/agent_state.h"
#include "probes/probe.h"

enum { NOW = 12345678 };

static const struct probe probe = {.name = "md"};

/*
 * An agent with one probe, which has made its first round or not, may be switched off, and whose
 * rules have been judged or not: what it says of the host.
 */
static const struct {
    const char *name;
    bool enabled, has_seen, has_judged;
    enum verdict verdict;
    size_t probes, findings;
} cases[] = {
    {"just started", true, false, false, VERDICT_UNKNOWN, 1, 1},
    {"seen, not judged", true, true, false, VERDICT_UNKNOWN, 1, 1},
    {"judged without it", true, false, true, VERDICT_UNKNOWN, 1, 0},
    {"as it should be", true, true, true, VERDICT_OK, 1, 0},
    {"switched off", false, false, true, VERDICT_OK, 0, 0},
};

static void what_was_not_seen_is_unknown(void **state)
{
    static struct agent agent;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        struct look look;
        struct seen *seen = cases[i].has_seen ? seen_new(NOW) : NULL;
        if (seen)
            seen->result = (struct probe_result){.name = "md", .up = true, .error = ""};
        agent = (struct agent){
            .host = "h",
            .watches[0] = {.probe = &probe, .config.enabled = cases[i].enabled, .seen = seen},
            .watch_count = 1,
            .timeline.wall_ms = NOW,
            .evaluation = {.first = !cases[i].has_judged,
                           .tick_ms = cases[i].has_judged ? NOW - 1 : INT64_MIN},
        };
        agent_look(&agent, arena, &look);
        if (look.verdict != cases[i].verdict || look.probe_count != cases[i].probes ||
            look.finding_count != cases[i].findings ||
            look.at_ms != (cases[i].has_judged ? NOW - 1 : NOW))
            fail_msg("%s: %s, %zu probes, %zu findings", cases[i].name, verdict_name(look.verdict),
                     look.probe_count, look.finding_count);
        seen_free(&seen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_not_seen_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
