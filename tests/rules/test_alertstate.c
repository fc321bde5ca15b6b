/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "rules/alertstate.h"

enum { MINUTE = 60000 };

static char letter(enum alert_state state)
{
    return "-PFR"[state];
}

/* A rule that is evaluated each minute: '1' its expression holds, '.' it does not. */
static const struct way {
    const char *what;
    int for_minutes, keep_minutes;
    const char *holds, *states;
} ways[] = {
    {"no for", 0, 0, "1.", "FR"},
    {"nothing", 0, 0, "...", "---"},
    {"for is waited for", 2, 0, "1111", "PPFF"},
    {"for begins again", 2, 0, "11.111", "PP-PPF"},
    {"resolved, then again", 1, 0, "11.11", "PFRPF"},
    {"no for, resolved, then again", 0, 0, "1.1", "FRF"},
    {"kept firing", 0, 3, "1.....", "FFFFRR"},
    {"kept firing, and holds again", 0, 2, "1.1...", "FFFFFR"},
    {"pending is not kept", 2, 5, "11..", "PP--"},
    {"for and keep", 1, 1, "11..1", "PFFRP"},
    {"resolved for 15 minutes", 0, 0, "1.................", "FRRRRRRRRRRRRRRRR-"},
};

static void takes_each_way(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        const struct way *way = &ways[i];
        const struct alert_timing timing = {way->for_minutes * MINUTE, way->keep_minutes * MINUTE};
        struct alert_clock clock = alert_clock_start;
        char states[64] = "";
        for (size_t j = 0; way->holds[j]; j++) {
            bool active =
                alert_clock_step(&clock, &timing, way->holds[j] == '1', (int64_t)j * MINUTE);
            states[j] = letter(clock.state);
            assert_int_equal(active, states[j] == 'P' || states[j] == 'F');
        }
        if (strcmp(states, way->states) != 0)
            fail_msg("%s: %s, not %s", way->what, states, way->states);
    }
}

static void keeps_its_times(void **state)
{
    (void)state;
    const struct alert_timing timing = {2 * MINUTE, 2 * MINUTE};
    struct alert_clock clock = alert_clock_start;
    for (int minute = 0; minute < 3; minute++)
        alert_clock_step(&clock, &timing, true, minute * MINUTE);
    for (int minute = 3; minute < 6; minute++)
        alert_clock_step(&clock, &timing, false, minute * MINUTE);
    assert_int_equal(clock.state, ALERT_RESOLVED);
    assert_int_equal(clock.active_at_ms, 0);
    assert_int_equal(clock.fired_at_ms, 2 * MINUTE);
    assert_int_equal(clock.keep_firing_since_ms, 3 * MINUTE);
    assert_int_equal(clock.resolved_at_ms, 5 * MINUTE);
}

/* A clock that jumps back fires nothing early and resolves nothing late. */
static void goes_back(void **state)
{
    (void)state;
    const struct alert_timing timing = {2 * MINUTE, 0};
    struct alert_clock clock = alert_clock_start;
    alert_clock_step(&clock, &timing, true, 100 * MINUTE);
    alert_clock_step(&clock, &timing, true, 10 * MINUTE);
    assert_int_equal(clock.state, ALERT_PENDING);
    alert_clock_step(&clock, &timing, false, 11 * MINUTE);
    assert_int_equal(clock.state, ALERT_INACTIVE);
}

static struct active_alert make_alert(struct arena *arena, const char *disk, double value)
{
    const struct label labels[] = {{"alertname", "A"}, {"disk", arena_strdup(arena, disk)}};
    return (struct active_alert){
        .labels = labels_new(arena, labels, 2), .annotations = &labels_empty, .value = value};
}

/* Disks are letters: what an evaluation found, what the list holds then. */
static void update(struct alert_list *list, int minute, int64_t limit, const char *disks,
                   int expected, const char *states)
{
    SCRATCH_ARENA(arena);
    const struct alert_timing timing = {MINUTE, 0};
    struct active_alert found[8];
    struct buf text = {0};
    struct error e = {0};
    size_t count = strlen(disks);
    for (size_t i = 0; i < count; i++)
        found[i] = make_alert(arena, (const char[]){disks[i], '\0'}, minute);
    int code = alert_list_update(list, &timing, limit, found, count, minute * MINUTE, &e);
    assert_int_equal(code, expected);
    buf_puts(&text, "");
    for (size_t i = 0; i < list->count; i++)
        buf_printf(&text, "%s%s%c%g", i ? " " : "", labels_get(list->at[i].labels, "disk"),
                   letter(list->at[i].clock.state), list->at[i].value);
    assert_string_equal(text.data, states);
    buf_free(&text);
}

static void lists_alerts(void **state)
{
    (void)state;
    struct alert_list list = {0};
    update(&list, 0, 0, "", 0, "");
    update(&list, 1, 0, "ba", 0, "aP1 bP1");
    update(&list, 2, 0, "cb", 0, "bF2 cP2");
    update(&list, 3, 0, "bb", -22, "bF2 cP2");
    update(&list, 4, 0, "c", 0, "bR2 cF4");
    update(&list, 5, 1, "c", 0, "bR2 cF5");
    update(&list, 6, 1, "bc", -7, "");
    update(&list, 7, 1, "c", 0, "cP7");
    alert_list_free(&list);
}

static void restores(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    struct alert_list list = {0};
    struct active_alert alert = make_alert(arena, "b", 7);
    alert.clock = (struct alert_clock){ALERT_PENDING, 0, ALERT_NEVER, ALERT_NEVER, ALERT_NEVER};
    alert_list_restore(&list, &alert);
    alert_list_restore(&list, &alert);
    assert_int_equal(list.count, 1);
    update(&list, 1, 0, "ab", 0, "aP1 bF1");
    alert_list_free(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_each_way), cmocka_unit_test(keeps_its_times),
        cmocka_unit_test(goes_back),      cmocka_unit_test(lists_alerts),
        cmocka_unit_test(restores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
