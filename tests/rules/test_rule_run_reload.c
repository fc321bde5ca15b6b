/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that are exchanged for others while they are at work, and clocks that are moved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/batch.h"
#include "rules/alert_set.h"
#include "rules/rule_run.h"

enum { MINUTE = 60000 };

static const char old_text[] = "groups:\n"
                               "- name: g\n"
                               "  rules:\n"
                               "  - {record: kept, expr: in}\n"
                               "  - {record: lost, expr: in}\n"
                               "  - {alert: A, expr: in > 0, for: 2m}\n"
                               "  - {alert: B, expr: in > 0, labels: {severity: info}}\n";

static const char new_text[] = "groups:\n"
                               "- name: new\n"
                               "  rules: [{record: other, expr: in}]\n"
                               "- name: g\n"
                               "  rules:\n"
                               "  - {alert: A, expr: in > 0, for: 2m}\n"
                               "  - {record: kept, expr: in + 1}\n";

static void report(const char *text, void *arg)
{
    (void)arg;
    fail_msg("%s", text);
}

static struct rule_set *load(const char *text)
{
    const struct rule_source source = {"r.yml", text, strlen(text)};
    struct rule_set *rules;
    rule_set_load(&source, 1, report, NULL, &rules);
    return rules;
}

static void evaluate(struct rule_run *run, struct store *store, int minute)
{
    SCRATCH_ARENA(arena);
    const struct label label = {LABEL_NAME, "in"};
    store_append(store, labels_new(arena, &label, 1), minute * MINUTE, 1, NULL);
    rule_run_due(run, minute * MINUTE, MINUTE);
}

/* The value of a series at that minute: 0 where there is none, -1 where it has just ended. */
static double value_at(const struct store *store, const char *name, int minute)
{
    SCRATCH_ARENA(arena);
    const struct matcher matcher = {.op = MATCH_EQUAL, .name = LABEL_NAME, .value = name};
    const struct series **series;
    struct point point;
    size_t count;
    store_select(store, &matcher, 1, arena, &series, &count, NULL, NULL);
    if (!count || !series_last(series[0], minute * MINUTE - 1, minute * MINUTE, &point))
        return 0;
    return is_stale_nan(point.v) ? -1 : point.v;
}

static enum alert_state state_of_a(struct rule_run *run)
{
    const struct alert_list *alerts = &rule_run_find(run, "r.yml", "g", "A", true, 0)->alerts;
    return alerts->count ? alerts->at[0].clock.state : ALERT_INACTIVE;
}

static void goes_on_with_other_rules(void **state)
{
    const struct rule_run_options options = {0};
    struct store *store = store_new();
    struct rule_set *old_rules = load(old_text), *new_rules = load(new_text);
    struct rule_run *old = rule_run_new(old_rules, store, &options);
    struct rule_run *run = rule_run_new(new_rules, store, &options);

    (void)state;
    evaluate(old, store, 1);
    evaluate(old, store, 2);
    assert_int_equal(state_of_a(old), ALERT_PENDING);
    rule_run_take_over(run, old);
    assert_int_equal(state_of_a(old), ALERT_INACTIVE);
    rule_run_free(&old);
    rule_set_free(&old_rules);

    evaluate(run, store, 3);
    assert_int_equal(state_of_a(run), ALERT_FIRING);
    assert_true(value_at(store, "kept", 3) == 2);
    assert_true(value_at(store, "other", 3) == 1);
    assert_true(value_at(store, "lost", 3) == -1);
    assert_null(rule_run_find(run, "r.yml", "g", "B", true, 0));
    rule_run_free(&run);
    rule_set_free(&new_rules);
    store_free(&store);
}

/* What ended with the first of two exchanges has no other chance to be told. */
static void two_exchanges_between_evaluations(void **state)
{
    const struct rule_run_options options = {0};
    struct store *store = store_new();
    struct rule_set *old_rules = load(old_text), *new_rules = load(new_text);
    struct rule_run *old = rule_run_new(old_rules, store, &options);
    struct rule_run *between = rule_run_new(new_rules, store, &options);
    struct rule_run *run = rule_run_new(new_rules, store, &options);

    (void)state;
    evaluate(old, store, 1);
    rule_run_take_over(between, old);
    rule_run_take_over(run, between);
    evaluate(run, store, 2);
    assert_true(value_at(store, "kept", 2) == 2);
    assert_true(value_at(store, "lost", 2) == -1);
    rule_run_free(&old);
    rule_run_free(&between);
    rule_run_free(&run);
    rule_set_free(&old_rules);
    rule_set_free(&new_rules);
    store_free(&store);
}

/* Two minutes of "for" are two minutes that were watched. */
static void time_that_nobody_watched_does_not_count(void **state)
{
    const struct rule_run_options options = {0};
    struct store *store = store_new();
    struct rule_set *rules = load(old_text);
    struct rule_run *run = rule_run_new(rules, store, &options);

    (void)state;
    evaluate(run, store, 1);
    rule_run_shift(run, 100 * MINUTE);
    evaluate(run, store, 102);
    assert_int_equal(state_of_a(run), ALERT_PENDING);
    evaluate(run, store, 103);
    assert_int_equal(state_of_a(run), ALERT_FIRING);
    /* The wall clock is set back. */
    rule_run_shift(run, -100 * MINUTE);
    assert_int_equal(rule_run_find(run, "r.yml", "g", "A", true, 0)->alerts.at[0].clock.fired_at_ms,
                     3 * MINUTE);
    rule_run_free(&run);
    rule_set_free(&rules);
    store_free(&store);
}

static void alerts_for_those_who_know_no_rules(void **state)
{
    SCRATCH_ARENA(arena);
    const struct rule_run_options options = {0};
    struct store *store = store_new();
    struct rule_set *rules = load("groups:\n"
                                  "- name: g\n"
                                  "  rules:\n"
                                  "  - {alert: A, expr: in > 0, labels: {severity: warning}}\n"
                                  "  - {alert: A, expr: in > 0, for: 1h, "
                                  "labels: {severity: critical}}\n"
                                  "  - {alert: B, expr: in > 0, labels: {severity: info}}\n"
                                  "  - {alert: B, expr: in > 0, labels: {severity: critical}}\n"
                                  "  - {alert: C, expr: in > 1}\n");
    struct rule_run *run = rule_run_new(rules, store, &options);
    struct alert_set set = {.arena = arena};

    (void)state;
    evaluate(run, store, 1);
    alert_set_add_run(&set, run, rules);
    alert_set_finish(&set, true);
    assert_int_equal(set.count, 2);
    assert_string_equal(set.at[0].name, "B");
    assert_int_equal(set.at[0].severity, SEVERITY_CRITICAL);
    assert_string_equal(set.at[1].name, "A");
    assert_int_equal(set.at[1].severity, SEVERITY_WARNING);
    assert_int_equal(set.at[1].state, ALERT_FIRING);
    assert_string_equal(labels_get(set.at[1].labels, "severity"), "");
    rule_run_free(&run);
    rule_set_free(&rules);
    store_free(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_on_with_other_rules),
        cmocka_unit_test(two_exchanges_between_evaluations),
        cmocka_unit_test(time_that_nobody_watched_does_not_count),
        cmocka_unit_test(alerts_for_those_who_know_no_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
