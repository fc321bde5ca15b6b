/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/evaluation.h"

#include <stdlib.h>

#include "agent/self.h"
#include "core/batch.h"
#include "core/instant.h"
#include "core/log.h"

/* No tick comes more often, whatever groups ask for. */
enum { LEAST_STEP_MS = 1000 };

void evaluation_init(struct evaluation *evaluation, struct store *store)
{
    *evaluation = (struct evaluation){
        .store = store, .first = true, .tick_ms = INT64_MIN, .arena = arena_new()};
    evaluation->alerts.arena = evaluation->arena;
}

static void drop_rules(struct evaluation *evaluation)
{
    rule_run_free(&evaluation->run);
    rule_set_free(&evaluation->rules);
    if (evaluation->rules_arena)
        arena_free(&evaluation->rules_arena);
}

void evaluation_free(struct evaluation *evaluation)
{
    drop_rules(evaluation);
    given_free(&evaluation->given);
    arena_free(&evaluation->arena);
    *evaluation = (struct evaluation){0};
}

static void note(const struct rule_group *group, const struct rule *rule, const char *text,
                 void *arg)
{
    (void)arg;
    log_warning("%s:%zu: %s", group->file, rule->line, text);
}

void evaluation_set_rules(struct evaluation *evaluation, struct rule_set *rules,
                          const struct labels *external_labels, int64_t interval_ms)
{
    struct arena *arena = arena_new();
    const struct rule_run_options options = {
        .external_labels = labels_new(arena, external_labels->at, external_labels->count),
        .note = note,
    };
    struct rule_run *run = rule_run_new(rules, evaluation->store, &options);

    if (evaluation->run)
        rule_run_take_over(run, evaluation->run);
    drop_rules(evaluation);
    evaluation->run = run;
    evaluation->rules = rules;
    evaluation->rules_arena = arena;
    evaluation->interval_ms = interval_ms;
}

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

int64_t evaluation_step_ms(const struct evaluation *evaluation)
{
    int64_t step_ms = evaluation->interval_ms;
    for (size_t i = 0; i < evaluation->rules->group_count; i++)
        step_ms = common_divisor(step_ms, evaluation->rules->groups[i].interval_ms);
    return step_ms < LEAST_STEP_MS ? LEAST_STEP_MS : step_ms;
}

struct sweep {
    struct store *store;
    int64_t t_ms;
};

/* A series that went on until lately, and that nobody gives now. */
static void end_if_not_given(const struct series *series, void *arg)
{
    const struct sweep *sweep = arg;
    struct point last;

    if (series_last(series, sweep->t_ms - INSTANT_LOOKBACK_MS, sweep->t_ms, &last) &&
        last.t < sweep->t_ms && !is_stale_nan(last.v))
        store_append(sweep->store, series_labels(series), sweep->t_ms, stale_nan(), NULL);
}

/* Each failing rule is told of when their number changes, not at each tick. */
static void count_failures(struct evaluation *evaluation)
{
    size_t failed = 0;
    for (size_t i = 0; i < evaluation->rules->group_count; i++)
        for (size_t j = 0; j < evaluation->rules->groups[i].rule_count; j++)
            failed += rule_run_state(evaluation->run, i, j)->failed;
    for (size_t i = 0; i < evaluation->rules->group_count && failed != evaluation->failed; i++)
        for (size_t j = 0; j < evaluation->rules->groups[i].rule_count; j++) {
            const struct rule_group *group = &evaluation->rules->groups[i];
            const struct rule_state *state = rule_run_state(evaluation->run, i, j);
            if (state->failed)
                log_warning("%s:%zu: %s cannot be judged: %s", group->file, group->rules[j].line,
                            group->rules[j].name, state->error.text);
        }
    evaluation->failed = failed;
}

static void collect_alerts(struct evaluation *evaluation)
{
    arena_reset(evaluation->arena);
    evaluation->alerts = (struct alert_set){.arena = evaluation->arena};
    alert_set_add_run(&evaluation->alerts, evaluation->run, evaluation->rules);
    alert_set_finish(&evaluation->alerts, true);
}

void evaluation_tick(struct evaluation *evaluation, int64_t t_ms, const struct seen *const *seen,
                     size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (seen[i])
            seen_sample(seen[i], evaluation->store, t_ms, &evaluation->given);
    given_end_tick(&evaluation->given, t_ms);
    rule_run_due(evaluation->run, t_ms, evaluation->interval_ms);
    /* All groups are due at the first tick, so that all that goes on has been given. */
    if (evaluation->first)
        store_walk(evaluation->store, end_if_not_given, &(struct sweep){evaluation->store, t_ms});
    evaluation->first = false;
    evaluation->tick_ms = t_ms;
    count_failures(evaluation);
    collect_alerts(evaluation);
}

void evaluation_hurry(struct evaluation *evaluation)
{
    rule_run_hurry(evaluation->run);
}

void evaluation_jump(struct evaluation *evaluation, int64_t jump_ms, int64_t now_ms)
{
    if (jump_ms < 0) {
        store_drop_after(evaluation->store, now_ms);
        evaluation->tick_ms = INT64_MIN;
    }
    rule_run_shift(evaluation->run, jump_ms);
}

static void follow(void *arg)
{
    struct evaluation *evaluation = arg;
    given_follow(&evaluation->given);
    rule_run_follow(evaluation->run);
}

bool evaluation_forget(struct evaluation *evaluation)
{
    bool is_time = store_is_sparse(evaluation->store);
    if (is_time)
        store_forget(evaluation->store, follow, evaluation);
    return is_time;
}

void evaluation_report(const struct evaluation *evaluation, struct batch *batch)
{
    for (size_t i = 0; i < evaluation->rules->group_count; i++) {
        const struct rule_group *group = &evaluation->rules->groups[i];
        double failed = 0;
        for (size_t j = 0; j < group->rule_count; j++)
            failed += rule_run_state(evaluation->run, i, j)->failed;
        BATCH_SAMPLE(batch, &self_rules_failed, failed, group->file, group->name);
    }
}
