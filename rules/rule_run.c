/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rule_run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/rule_eval.h"

struct rule_run {
    const struct rule_set *rules;
    struct store *store;
    struct rule_run_options options;
    struct rule_state **groups; /* an array of rules each */
    int64_t *evaluated_ms;      /* when each group was last; ALERT_NEVER */
    struct given orphans;       /* series of rules that are no more */
};

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

struct rule_run *rule_run_new(const struct rule_set *rules, struct store *store,
                              const struct rule_run_options *options)
{
    struct rule_run *run = must(calloc(1, sizeof *run));
    *run = (struct rule_run){.rules = rules, .store = store, .options = *options};
    if (!run->options.external_labels)
        run->options.external_labels = &labels_empty;
    if (!run->options.external_url)
        run->options.external_url = "";
    run->groups = must(calloc(rules->group_count + 1, sizeof(*run->groups)));
    run->evaluated_ms = must(calloc(rules->group_count + 1, sizeof *run->evaluated_ms));
    for (size_t i = 0; i < rules->group_count; i++) {
        run->groups[i] = must(calloc(rules->groups[i].rule_count + 1, sizeof(struct rule_state)));
        run->evaluated_ms[i] = ALERT_NEVER;
    }
    return run;
}

void rule_run_free(struct rule_run **run)
{
    if (!*run)
        return;
    for (size_t i = 0; i < (*run)->rules->group_count; i++) {
        for (size_t j = 0; j < (*run)->rules->groups[i].rule_count; j++) {
            alert_list_free(&(*run)->groups[i][j].alerts);
            given_free(&(*run)->groups[i][j].series);
        }
        free((*run)->groups[i]);
    }
    free((*run)->groups);
    free((*run)->evaluated_ms);
    given_free(&(*run)->orphans);
    free(*run);
    *run = NULL;
}

struct rule_state *rule_run_state(struct rule_run *run, size_t group, size_t rule)
{
    return &run->groups[group][rule];
}

size_t rule_nth(const struct rule_group *group, size_t rule)
{
    size_t nth = 0;
    for (size_t i = 0; i < rule; i++)
        nth += group->rules[i].is_alert == group->rules[rule].is_alert &&
               strcmp(group->rules[i].name, group->rules[rule].name) == 0;
    return nth;
}

static struct rule_state *find_in_group(struct rule_run *run, size_t group, const char *name,
                                        bool is_alert, size_t nth)
{
    const struct rule_group *g = &run->rules->groups[group];
    for (size_t i = 0; i < g->rule_count; i++)
        if (g->rules[i].is_alert == is_alert && strcmp(g->rules[i].name, name) == 0 && nth-- == 0)
            return &run->groups[group][i];
    return NULL;
}

struct rule_state *rule_run_find(struct rule_run *run, const char *file, const char *group,
                                 const char *name, bool is_alert, size_t nth)
{
    const struct rule_set *rules = run->rules;
    for (size_t i = 0; i < rules->group_count; i++)
        if (strcmp(rules->groups[i].name, group) == 0 && strcmp(rules->groups[i].file, file) == 0)
            return find_in_group(run, i, name, is_alert, nth);
    return NULL;
}

/* Series that no rule gives any more end with the next evaluation. */
static void add_orphans(struct rule_run *run, const struct given *given)
{
    for (size_t i = 0; i < given->before_count; i++)
        given_add(&run->orphans, given->before[i]);
}

static void inherit(struct rule_run *run, const struct rule_group *group, size_t rule,
                    struct rule_state *old)
{
    struct rule_state *heir = rule_run_find(run, group->file, group->name, group->rules[rule].name,
                                            group->rules[rule].is_alert, rule_nth(group, rule));
    if (heir) {
        *heir = *old;
        *old = (struct rule_state){0};
    }
    add_orphans(run, &old->series);
}

void rule_run_take_over(struct rule_run *run, struct rule_run *old)
{
    for (size_t i = 0; i < old->rules->group_count; i++)
        for (size_t j = 0; j < old->rules->groups[i].rule_count; j++)
            inherit(run, &old->rules->groups[i], j, &old->groups[i][j]);
    /* Those of rules that had gone before, where no evaluation has come since. */
    add_orphans(run, &old->orphans);
    given_end_tick(&run->orphans, 0);
}

void rule_run_follow(struct rule_run *run)
{
    for (size_t i = 0; i < run->rules->group_count; i++)
        for (size_t j = 0; j < run->rules->groups[i].rule_count; j++)
            given_follow(&run->groups[i][j].series);
    given_follow(&run->orphans);
}

void rule_run_shift(struct rule_run *run, int64_t ms)
{
    for (size_t i = 0; i < run->rules->group_count; i++) {
        for (size_t j = 0; j < run->rules->groups[i].rule_count; j++)
            alert_list_shift(&run->groups[i][j].alerts, ms);
        if (ms < 0)
            run->evaluated_ms[i] = ALERT_NEVER;
    }
}

/* One rule of a group at one time. */
struct turn {
    struct rule_run *run;
    const struct rule_group *group;
    const struct rule *rule;
    struct rule_state *state;
    int64_t samples_at_ms;
    struct rule_eval eval;
};

static void note(const char *text, void *arg)
{
    const struct turn *turn = arg;
    const struct rule_run_options *options = &turn->run->options;
    if (options->note)
        options->note(turn->group, turn->rule, text, options->arg);
}

/*
 * Appends to the series that stood here in the evaluation before, as it mostly is the same again,
 * or to whatever the store has for the labels.
 */
static int append_sample(struct turn *turn, const struct labels *labels, double v,
                         const struct series **series, struct error *e)
{
    const struct given *given = &turn->state->series;
    if (given->now_count < given->before_count) {
        *series = given->before[given->now_count];
        if (labels_equal(series_labels(*series), labels))
            return series_append(*series, turn->samples_at_ms, v, e);
    }
    return store_append_series(turn->run->store, labels, turn->samples_at_ms, v, series, e);
}

/* A sample that cannot be appended fails its rule, but the others are kept. */
static void append(struct turn *turn, const struct labels *labels, double v)
{
    const struct series *series;
    struct error e = {0};
    if (append_sample(turn, labels, v, &series, &e)) {
        if (!turn->state->failed)
            turn->state->error = e;
        turn->state->failed = true;
        return;
    }
    given_add(&turn->state->series, series);
}

/*
 * The labels of an alert's series. The rule's own come first, as they stand in the file: that is
 * what upstream leaves of a label whose template comes out empty.
 */
static const struct labels *alert_series(const struct turn *turn, const struct active_alert *alert,
                                         const char *name, const char *state)
{
    const struct labels *labels = alert->labels;
    const struct rule *rule = turn->rule;
    struct label *at =
        ARENA_ARRAY(turn->eval.scratch, struct label, rule->label_count + labels->count + 3);
    size_t count = 0;
    for (size_t i = 0; i < rule->label_count; i++)
        at[count++] = (struct label){rule->labels[i].name, rule->labels[i].text};
    for (size_t i = 0; i < labels->count; i++)
        at[count++] = labels->at[i];
    at[count++] = (struct label){LABEL_NAME, name};
    at[count++] = (struct label){"alertname", rule->name};
    if (state)
        at[count++] = (struct label){"alertstate", state};
    return labels_new(turn->eval.scratch, at, count);
}

static void append_alert(struct turn *turn, const struct active_alert *alert)
{
    int64_t ms = alert->clock.active_at_ms;
    int64_t seconds = ms / 1000 - (ms % 1000 < 0); /* rounded down */
    append(turn, alert_series(turn, alert, "ALERTS", alert_state_name(alert->clock.state)), 1);
    append(turn, alert_series(turn, alert, "ALERTS_FOR_STATE", NULL), (double)seconds);
}

static int take_alerts(struct turn *turn, const struct promql_value *value, struct error *e)
{
    const struct alert_timing timing = {turn->rule->for_ms, turn->rule->keep_firing_for_ms};
    struct active_alert *found =
        ARENA_ARRAY(turn->eval.scratch, struct active_alert, value->count + 1);
    for (size_t i = 0; i < value->count; i++)
        found[i] = (struct active_alert){
            .labels = rule_eval_alert_labels(&turn->eval, &value->samples[i]),
            .annotations = rule_eval_annotations(&turn->eval, &value->samples[i]),
            .value = value->samples[i].v,
        };
    struct alert_list *alerts = &turn->state->alerts;
    int failed = alert_list_update(alerts, &timing, turn->group->limit, found, value->count,
                                   turn->eval.t_ms, e);
    for (size_t i = 0; i < alerts->count && !failed; i++)
        if (alerts->at[i].clock.state != ALERT_RESOLVED)
            append_alert(turn, &alerts->at[i]);
    return failed;
}

static int take_records(struct turn *turn, struct promql_value *value, struct error *e)
{
    int failed = rule_eval_record(&turn->eval, value, e);
    if (!failed && turn->group->limit > 0 && value->count > (size_t)turn->group->limit)
        failed = error_set(e, -E2BIG, "it gives %zu results, the group's limit is %lld",
                           value->count, (long long)turn->group->limit);
    for (size_t i = 0; i < value->count && !failed; i++)
        append(turn, value->samples[i].labels, value->samples[i].v);
    return failed;
}

static void take_turn(struct turn *turn)
{
    struct rule_state *state = turn->state;
    struct promql_value value;
    state->failed = false;
    state->error = (struct error){0};
    int failed = rule_eval_vector(&turn->eval, turn->group->query_offset_ms, &value, &state->error);
    state->without_past = value.without_past;
    if (!failed)
        failed = turn->rule->is_alert ? take_alerts(turn, &value, &state->error)
                                      : take_records(turn, &value, &state->error);
    if (failed) {
        state->failed = true;
        given_drop_tick(&state->series);
    } else {
        given_end_tick(&state->series, turn->samples_at_ms);
    }
}

void rule_run_group(struct rule_run *run, size_t index, int64_t t_ms)
{
    const struct rule_group *group = &run->rules->groups[index];
    run->evaluated_ms[index] = t_ms;
    for (size_t i = 0; i < group->rule_count; i++) {
        SCRATCH_ARENA(scratch);
        struct turn turn = {.run = run,
                            .group = group,
                            .rule = &group->rules[i],
                            .state = &run->groups[index][i],
                            .samples_at_ms = t_ms - group->query_offset_ms};
        struct rule_work work = {0};
        turn.eval = (struct rule_eval){.rule = turn.rule,
                                       .engine = &run->options.engine,
                                       .store = run->store,
                                       .external_labels = run->options.external_labels,
                                       .external_url = run->options.external_url,
                                       .t_ms = t_ms,
                                       .scratch = scratch,
                                       .work = &work,
                                       .note = note,
                                       .arg = &turn};
        take_turn(&turn);
    }
}

/* The number of whole intervals up to t, also before 1970. */
static int64_t intervals_until(int64_t t_ms, int64_t interval_ms)
{
    return t_ms / interval_ms - (t_ms % interval_ms < 0);
}

size_t rule_run_due(struct rule_run *run, int64_t t_ms, int64_t default_interval_ms)
{
    size_t due = 0;
    for (size_t i = 0; i < run->rules->group_count; i++) {
        int64_t interval = run->rules->groups[i].interval_ms;
        int64_t last = run->evaluated_ms[i];
        if (interval <= 0)
            interval = default_interval_ms;
        if (last != ALERT_NEVER &&
            intervals_until(t_ms, interval) <= intervals_until(last, interval))
            continue;
        rule_run_group(run, i, t_ms);
        due++;
    }
    if (run->orphans.before_count)
        given_end_tick(&run->orphans, t_ms);
    return due;
}

void rule_run_hurry(struct rule_run *run)
{
    for (size_t i = 0; i < run->rules->group_count; i++)
        run->evaluated_ms[i] = ALERT_NEVER;
}
