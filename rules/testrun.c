/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/testrun.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/rule_run.h"
#include "rules/testrun_diff.h"

/* One test at work. */
struct testrun {
    const char *name; /* of the file */
    const struct test_file *file;
    const struct test_group *group;
    const struct rule_set *rules;
    struct promql_engine engine;
    void (*tell)(const char *line, void *arg);
    void *arg;

    struct arena *arena;
    struct store *store;
    struct rule_run *run;
    size_t *order;                        /* of the groups */
    size_t *fed;                          /* how many values of each series are in the store */
    const struct test_alert_case **cases; /* by time */
    size_t case_next;                     /* the first that is not looked at yet */
    int64_t end_ms;                       /* after the start */
    size_t failures;
};

/* Tells what was asked, the place before it, and the differences that stand in text, if any. */
static void tell_failure(struct testrun *t, size_t line, const char *asked, const char *differences)
{
    t->failures++;
    const char *test = t->group->name;
    t->tell(arena_printf(t->arena, "%s:%zu: %s%s%s%s", t->name, line, asked, *test ? " (" : "",
                         test, *test ? ")" : ""),
            t->arg);
    for (const char *at = differences; *at;) {
        size_t length = strcspn(at, "\n");
        t->tell(arena_strndup(t->arena, at, length), t->arg);
        at += length + (at[length] == '\n');
    }
}

static const char *time_text(struct testrun *t, int64_t ms)
{
    struct buf text = {0};
    testrun_print_time(ms, &text);
    const char *copy = arena_strdup(t->arena, text.data);
    buf_free(&text);
    return copy;
}

/* The place of a group in group_eval_order; what is not in it comes with the first, as upstream. */
static size_t place_of(const struct testrun *t, size_t group)
{
    for (size_t i = 0; i < t->file->group_count; i++)
        if (strcmp(t->file->group_eval_order[i], t->rules->groups[group].name) == 0)
            return i;
    return 0;
}

/* Groups by their place, those of one place as they stand in the files. */
static void order_groups(struct testrun *t)
{
    size_t count = t->rules->group_count;
    t->order = ARENA_ARRAY(t->arena, size_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        for (; at > 0 && place_of(t, t->order[at - 1]) > place_of(t, i); at--)
            t->order[at] = t->order[at - 1];
        t->order[at] = i;
    }
}

static int by_time(const void *a, const void *b)
{
    const struct test_alert_case *x = *(const struct test_alert_case *const *)a;
    const struct test_alert_case *y = *(const struct test_alert_case *const *)b;
    int order = (x->eval_time_ms > y->eval_time_ms) - (x->eval_time_ms < y->eval_time_ms);
    return order ? order : (x > y) - (x < y);
}

static void order_cases(struct testrun *t)
{
    const struct test_group *group = t->group;
    t->cases = (const struct test_alert_case **)ARENA_ARRAY(
        t->arena, const struct test_alert_case *, group->alert_count + 1);
    for (size_t i = 0; i < group->alert_count; i++) {
        t->cases[i] = &group->alerts[i];
        if (t->end_ms < group->alerts[i].eval_time_ms)
            t->end_ms = group->alerts[i].eval_time_ms;
    }
    qsort((void *)t->cases, group->alert_count, sizeof(*t->cases), by_time);
    for (size_t i = 0; i < group->expr_count; i++)
        if (t->end_ms < group->exprs[i].eval_time_ms)
            t->end_ms = group->exprs[i].eval_time_ms;
}

/* Of series that stand there twice the last one counts; the others are as if they were fed. */
static void drop_repeated(struct testrun *t)
{
    const struct test_group *group = t->group;
    t->fed = ARENA_ARRAY(t->arena, size_t, group->series_count + 1);
    for (size_t i = 0; i < group->series_count; i++)
        for (size_t j = i + 1; j < group->series_count && !t->fed[i]; j++)
            if (labels_equal(group->series[i].labels, group->series[j].labels))
                t->fed[i] = group->series[i].count;
}

/* Appends what the series have up to a time after the start. */
static void feed_series(struct testrun *t, size_t index, int64_t until_ms)
{
    const struct series_notation *series = &t->group->series[index];
    for (size_t *i = &t->fed[index]; *i < series->count; (*i)++) {
        const struct series_value *value = &series->values[*i];
        struct error e;
        if ((int64_t)*i > until_ms / t->group->interval_ms)
            return;
        int64_t t_ms = t->group->start_ms + (int64_t)*i * t->group->interval_ms;
        if (!value->omitted && store_append(t->store, series->labels, t_ms, value->v, &e))
            tell_failure(t, t->group->line, e.text, "");
    }
}

/* Evaluates all groups. False: a rule failed, which ends the test. */
static bool evaluate(struct testrun *t, int64_t at_ms)
{
    bool good = true;
    for (size_t i = 0; i < t->group->series_count; i++)
        feed_series(t, i, at_ms);
    for (size_t i = 0; i < t->rules->group_count; i++) {
        const struct rule_group *group = &t->rules->groups[t->order[i]];
        rule_run_group(t->run, t->order[i], t->group->start_ms + at_ms);
        for (size_t j = 0; j < group->rule_count; j++) {
            const struct rule_state *state = rule_run_state(t->run, t->order[i], j);
            if (!state->failed)
                continue;
            good = false;
            tell_failure(t, t->group->line,
                         arena_printf(t->arena, "rule %s at %s: %s", group->rules[j].name,
                                      time_text(t, at_ms), state->error.text),
                         "");
        }
    }
    return good;
}

struct got_alerts {
    struct test_alert *at;
    size_t count, room;
};

static void add_firing(struct testrun *t, const struct rule_state *state, struct got_alerts *got)
{
    for (size_t i = 0; i < state->alerts.count; i++) {
        const struct active_alert *alert = &state->alerts.at[i];
        if (alert->clock.state != ALERT_FIRING)
            continue;
        got->at = arena_grow(t->arena, got->at, got->count, &got->room, sizeof *got->at);
        got->at[got->count++] = (struct test_alert){alert->labels, alert->annotations};
    }
}

static void check_alerts(struct testrun *t, const struct test_alert_case *asked)
{
    struct got_alerts got = {0};
    struct buf differences = {0};
    for (size_t i = 0; i < t->rules->group_count; i++)
        for (size_t j = 0; j < t->rules->groups[i].rule_count; j++) {
            const struct rule *rule = &t->rules->groups[i].rules[j];
            if (rule->is_alert && strcmp(rule->name, asked->alertname) == 0)
                add_firing(t, rule_run_state(t->run, i, j), &got);
        }
    testrun_diff_alerts(asked->expected, asked->expected_count, got.at, got.count, &differences);
    if (differences.length)
        tell_failure(t, asked->line,
                     arena_printf(t->arena, "alert %s at %s", asked->alertname,
                                  time_text(t, asked->eval_time_ms)),
                     differences.data);
    buf_free(&differences);
}

/* Evaluates from the start to the end. False: a rule failed. */
static bool go_through(struct testrun *t)
{
    int64_t step = t->file->evaluation_interval_ms;
    if (t->end_ms / step >= TESTRUN_MAX_EVALUATIONS) {
        tell_failure(t, t->group->line,
                     arena_printf(t->arena, "more than %d evaluations", TESTRUN_MAX_EVALUATIONS),
                     "");
        return false;
    }
    for (int64_t at = 0; at <= t->end_ms; at += step) {
        if (!evaluate(t, at))
            return false;
        for (; t->case_next < t->group->alert_count &&
               t->cases[t->case_next]->eval_time_ms < at + step;
             t->case_next++)
            check_alerts(t, t->cases[t->case_next]);
    }
    return true;
}

/* What an expression gives as samples. */
static int ask(struct testrun *t, const struct test_expr_case *asked, struct arena *arena,
               struct test_sample **got, size_t *count, struct error *e)
{
    struct promql_error wrong;
    struct promql_value value = {0};
    struct expr *expr;

    int failed = promql_parse(asked->expr, strlen(asked->expr), arena, &expr, &wrong);
    if (failed)
        return error_set(e, failed, "%u:%u: parse error: %s", wrong.line, wrong.column, wrong.text);
    failed = promql_eval(&t->engine, t->store, expr, t->group->start_ms + asked->eval_time_ms,
                         arena, &value, e);
    if (failed)
        return failed;
    if (value.type != PROMQL_SCALAR && value.type != PROMQL_VECTOR)
        return error_set(e, -EINVAL, "it gives a %s, not values", promql_type_name(value.type));
    bool scalar = value.type == PROMQL_SCALAR;
    *count = scalar ? 1 : value.count;
    *got = ARENA_ARRAY(arena, struct test_sample, *count + 1);
    for (size_t i = 0; i < *count; i++)
        (*got)[i] = scalar
                        ? (struct test_sample){&labels_empty, value.scalar, false}
                        : (struct test_sample){value.samples[i].labels, value.samples[i].v, false};
    return 0;
}

static void check_expr(struct testrun *t, const struct test_expr_case *asked)
{
    SCRATCH_ARENA(arena);
    struct buf differences = {0};
    struct test_sample *got = NULL;
    size_t count = 0;
    struct error e;
    if (ask(t, asked, arena, &got, &count, &e))
        buf_printf(&differences, "    %s\n", e.text);
    else
        testrun_diff_samples(asked->expected, asked->expected_count, got, count,
                             t->file->fuzzy_compare, &differences);
    if (differences.length)
        tell_failure(t, asked->line,
                     arena_printf(t->arena, "expr `%s` at %s", asked->expr,
                                  time_text(t, asked->eval_time_ms)),
                     differences.data);
    buf_free(&differences);
}

/* A test that feeds native histograms cannot be run. */
static bool has_histograms(const struct test_group *group)
{
    for (size_t i = 0; i < group->series_count; i++)
        for (size_t j = 0; j < group->series[i].count; j++)
            if (group->series[i].values[j].histogram)
                return true;
    return false;
}

size_t testrun_group(const char *name, const struct test_file *file, const struct test_group *group,
                     const struct rule_set *rules, const struct promql_engine *engine,
                     void (*tell)(const char *line, void *arg), void *arg)
{
    SCRATCH_ARENA(arena);
    struct testrun t = {.name = name,
                        .file = file,
                        .group = group,
                        .rules = rules,
                        .engine = *engine,
                        .tell = tell,
                        .arg = arg,
                        .arena = arena};
    if (has_histograms(group)) {
        tell_failure(&t, group->line, "its input has native histograms, which are not known here",
                     "");
        return t.failures;
    }
    t.engine.subquery_step_ms = file->evaluation_interval_ms;
    t.store = store_new();
    const struct rule_run_options options = {.engine = t.engine,
                                             .external_labels = group->external_labels,
                                             .external_url = group->external_url};
    t.run = rule_run_new(rules, t.store, &options);
    order_groups(&t);
    order_cases(&t);
    drop_repeated(&t);
    if (go_through(&t))
        for (size_t i = 0; i < group->expr_count; i++)
            check_expr(&t, &group->exprs[i]);
    rule_run_free(&t.run);
    store_free(&t.store);
    return t.failures;
}
