/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/evaluation.h"
#include "agent/self.h"
#include "core/batch.h"

enum { MINUTE = 60000 };

static const char text[] = "groups:\n"
                           "- name: g\n"
                           "  rules:\n"
                           "  - {alert: Hung, expr: forewarn_target_hung == 1, for: 2m}\n"
                           "- name: broken\n"
                           "  rules:\n"
                           "  - {record: r, expr: forewarn_probe_up + on () forewarn_probe_up}\n";

static void report(const char *error, void *arg)
{
    (void)arg;
    fail_msg("%s", error);
}

static struct rule_set *load(const char *rules)
{
    const struct rule_source source = {"r.yml", rules, strlen(rules)};
    struct rule_set *set;
    rule_set_load(&source, 1, report, NULL, &set);
    return set;
}

/* What a probe has seen: two probes up, and the targets of these letters hung. */
static struct seen *see(const char *hung)
{
    struct seen *seen = seen_new(777);
    struct batch batch;

    batch_init(&batch);
    BATCH_SAMPLE(&batch, &self_probe_up, 1, "md");
    BATCH_SAMPLE(&batch, &self_probe_up, 1, "smart");
    for (; *hung; hung++)
        BATCH_SAMPLE(&batch, &self_target_hung, 1, "md", ((const char[]){*hung, '\0'}));
    intake_batch(&seen->intake, &self_probe, &batch);
    batch_free(&batch);
    return seen;
}

static void tick(struct evaluation *evaluation, int minute, const char *hung)
{
    struct seen *seen = hung ? see(hung) : NULL;
    evaluation_tick(evaluation, minute * MINUTE, (const struct seen *const[]){NULL, seen}, 2);
    seen_free(&seen);
}

/* The newest value of the target's series, -1 where it has ended or there is none. */
static double hung_value(const struct store *store, const char *target)
{
    SCRATCH_ARENA(arena);
    const struct matcher matchers[] = {
        {.op = MATCH_EQUAL, .name = LABEL_NAME, .value = "forewarn_target_hung"},
        {.op = MATCH_EQUAL, .name = "target", .value = target}};
    const struct series **series;
    struct point point;
    size_t count;
    store_select(store, matchers, 2, arena, &series, &count, NULL, NULL);
    if (!count || !series_last(series[0], INT64_MIN, INT64_MAX, &point) || is_stale_nan(point.v))
        return -1;
    return point.v;
}

static const char *states(const struct evaluation *evaluation, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < evaluation->alerts.count; i++) {
        const struct alert *alert = &evaluation->alerts.at[i];
        out[n++] = labels_get(alert->labels, "target")[0];
        out[n++] = alert->state == ALERT_FIRING ? 'F' : 'P';
    }
    out[n] = '\0';
    return out;
}

static void ticks_sample_and_judge(void **state)
{
    static const struct {
        const char *hung, *states;
        double a;
    } ticks[] = {
        {"", "", -1},      {"a", "aP", 1},  {"ab", "aPbP", 1},
        {"ab", "aFbP", 1}, {"b", "bF", -1}, {NULL, "", -1},
    };
    struct store *store = store_new();
    struct evaluation evaluation;
    char out[16];

    (void)state;
    evaluation_init(&evaluation, store);
    evaluation_set_rules(&evaluation, load(text), &labels_empty, MINUTE);
    for (size_t i = 0; i < sizeof ticks / sizeof *ticks; i++) {
        tick(&evaluation, (int)i + 1, ticks[i].hung);
        assert_string_equal(states(&evaluation, out), ticks[i].states);
        assert_true(hung_value(store, "a") == ticks[i].a);
        assert_int_equal(evaluation.failed, ticks[i].hung != NULL);
        assert_int_equal(evaluation.tick_ms, ((int64_t)i + 1) * MINUTE);
    }
    evaluation_free(&evaluation);
    store_free(&store);
}

/* A rule of a group with an interval of its own, at a tick between two of its. */
static void all_judge_in_a_hurry(void **state)
{
    static const char hourly[] = "groups: [{name: g, interval: 1h, rules: [{alert: Hung, "
                                 "expr: forewarn_target_hung == 1}]}]";
    struct store *store = store_new();
    struct evaluation evaluation;
    char out[16];

    (void)state;
    evaluation_init(&evaluation, store);
    evaluation_set_rules(&evaluation, load(hourly), &labels_empty, MINUTE);
    tick(&evaluation, 1, "");
    tick(&evaluation, 2, "a");
    assert_string_equal(states(&evaluation, out), "");
    evaluation_hurry(&evaluation);
    tick(&evaluation, 3, "a");
    assert_string_equal(states(&evaluation, out), "aF");
    tick(&evaluation, 4, "");
    assert_string_equal(states(&evaluation, out), "aF");
    evaluation_free(&evaluation);
    store_free(&store);
}

/* What was given until lately by an agent that is no more, and is not any more, has ended. */
static void the_first_tick_ends_what_is_gone(void **state)
{
    SCRATCH_ARENA(arena);
    struct store *store = store_new();
    struct evaluation evaluation;

    (void)state;
    for (const char *target = "abc"; *target; target++) {
        const char name[] = {*target, '\0'};
        const struct label labels[] = {
            {LABEL_NAME, "forewarn_target_hung"}, {"probe", "md"}, {"target", name}};
        store_append(store, labels_new(arena, labels, 3), (*target == 'c' ? 1 : 99) * MINUTE, 1,
                     NULL);
    }
    evaluation_init(&evaluation, store);
    evaluation_set_rules(&evaluation, load(text), &labels_empty, MINUTE);
    tick(&evaluation, 100, "a");
    assert_true(hung_value(store, "a") == 1);
    assert_true(hung_value(store, "b") == -1);
    assert_true(hung_value(store, "c") == 1); /* too long ago to matter */
    evaluation_free(&evaluation);
    store_free(&store);
}

static void jumps_raise_nothing(void **state)
{
    struct store *store = store_new();
    struct evaluation evaluation;
    char out[16];

    (void)state;
    evaluation_init(&evaluation, store);
    evaluation_set_rules(&evaluation, load(text), &labels_empty, MINUTE);
    tick(&evaluation, 1000, "a");
    evaluation_jump(&evaluation, 500 * MINUTE, 1501 * MINUTE);
    tick(&evaluation, 1501, "a");
    assert_string_equal(states(&evaluation, out), "aP");
    evaluation_jump(&evaluation, -1000 * MINUTE, 502 * MINUTE);
    assert_true(hung_value(store, "a") == -1);
    tick(&evaluation, 502, "a");
    assert_string_equal(states(&evaluation, out), "aF");
    assert_true(hung_value(store, "a") == 1);
    evaluation_free(&evaluation);
    store_free(&store);
}

/* An alert whose labels have its value, among targets that hang once. */
static void forgetting_changes_nothing(void **state)
{
    static const char rules[] = "groups:\n"
                                "- name: g\n"
                                "  rules:\n"
                                "  - {alert: Hung, expr: forewarn_target_hung == 1, for: 2m}\n"
                                "  - alert: Odd\n"
                                "    expr: vector(time())\n"
                                "    labels: {at: '{{ $value }}', target: v}\n";
    struct store *store = store_new();
    struct evaluation evaluation;
    size_t forgotten = 0;
    char out[16];

    (void)state;
    evaluation_init(&evaluation, store);
    evaluation_set_rules(&evaluation, load(rules), &labels_empty, MINUTE);
    for (int minute = 1; minute <= 3000; minute++) {
        tick(&evaluation, minute, minute % 100 ? "a" : "ab");
        assert_string_equal(states(&evaluation, out), minute < 3     ? "aPvF"
                                                      : minute % 100 ? "aFvF"
                                                                     : "aFbPvF");
        assert_true(hung_value(store, "a") == 1);
        assert_true(hung_value(store, "b") == (minute % 100 ? -1 : 1));
        store_drop_before(store, (minute - 300) * MINUTE);
        forgotten += evaluation_forget(&evaluation);
    }
    assert_true(forgotten > 1);
    assert_true(store_series_count(store) < 3000);
    evaluation_free(&evaluation);
    store_free(&store);
}

static void the_step_suits_all_groups(void **state)
{
    static const struct {
        const char *rules;
        int64_t step_ms;
    } table[] = {
        {"groups: []", 60000},
        {"groups: [{name: a, interval: 15s, rules: []}]", 15000},
        {"groups: [{name: a, interval: 5m, rules: []}]", 60000},
        {"groups: [{name: a, interval: 25s, rules: []}, {name: b, interval: 40s, rules: []}]",
         5000},
        {"groups: [{name: a, interval: 70ms, rules: []}]", 1000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct store *store = store_new();
        struct evaluation evaluation;
        evaluation_init(&evaluation, store);
        evaluation_set_rules(&evaluation, load(table[i].rules), &labels_empty, MINUTE);
        assert_int_equal(evaluation_step_ms(&evaluation), table[i].step_ms);
        evaluation_free(&evaluation);
        store_free(&store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_sample_and_judge),
        cmocka_unit_test(all_judge_in_a_hurry),
        cmocka_unit_test(the_first_tick_ends_what_is_gone),
        cmocka_unit_test(jumps_raise_nothing),
        cmocka_unit_test(forgetting_changes_nothing),
        cmocka_unit_test(the_step_suits_all_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
