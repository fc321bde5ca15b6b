/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/judge.h"

#include <errno.h>
#include <string.h>

#include "rules/ast.h"

void judge_finding(struct judge *judge, const struct rule_group *group, const struct rule *rule,
                   bool blind, const char *message)
{
    struct judgement *out = judge->out;
    out->findings = arena_grow(judge->arena, out->findings, out->finding_count,
                               &judge->finding_room, sizeof *out->findings);
    out->findings[out->finding_count++] = (struct finding){
        .kind = blind ? "unjudged" : "note",
        .blind = blind,
        .probe = "rules",
        .target = arena_strdup(judge->arena, rule->name),
        .file = arena_printf(judge->arena, "%s:%zu", group->file, rule->line),
        .offset = -1,
        .message = arena_strdup(judge->arena, message),
    };
}

/* How many series lack a past in the recordings that expr reads. */
static size_t read_short(const struct judge *judge, const struct expr *expr)
{
    const struct expr *child;
    size_t series = 0;
    if (expr->kind == EXPR_SELECTOR && expr->selector.name)
        for (size_t i = 0; i < judge->short_count; i++)
            if (strcmp(expr->selector.name, judge->shorts[i].name) == 0)
                series += judge->shorts[i].series;
    for (size_t i = 0; (child = expr_child(expr, i)); i++)
        series += read_short(judge, child);
    return series;
}

/*
 * Lists an alert for which the past was too short, its own or that of a recording it reads; each
 * name once. Recordings are not listed: nobody waits for their verdict.
 */
static void add_unjudged(struct judge *judge, const struct rule *rule, size_t series)
{
    struct judgement *out = judge->out;
    if (!rule->is_alert) {
        judge->shorts = arena_grow(judge->arena, judge->shorts, judge->short_count,
                                   &judge->short_room, sizeof *judge->shorts);
        judge->shorts[judge->short_count++] = (struct judge_short){rule->name, series};
        return;
    }
    for (size_t i = 0; i < out->unjudged_count; i++)
        if (strcmp(out->unjudged[i].name, rule->name) == 0)
            return;
    out->unjudged = arena_grow(judge->arena, out->unjudged, out->unjudged_count,
                               &judge->unjudged_room, sizeof *out->unjudged);
    out->unjudged[out->unjudged_count++] = (struct unjudged){
        .name = arena_strdup(judge->arena, rule->name),
        .why = arena_printf(judge->arena, "it compares with the past, and there is none of %zu %s",
                            series, series == 1 ? "series" : "series yet"),
    };
}

static int record(struct judge *judge, const struct rule_eval *eval, struct promql_value *value,
                  struct error *e)
{
    int failed = rule_eval_record(eval, value, e);
    for (size_t i = 0; i < value->count && !failed; i++)
        failed = store_append(judge->store, value->samples[i].labels, judge->t_ms,
                              value->samples[i].v, e);
    return failed;
}

/* Where notes on the texts of a rule go. */
struct noting {
    struct judge *judge;
    const struct rule_group *group;
    const struct rule *rule;
};

static void note(const char *text, void *arg)
{
    const struct noting *noting = arg;
    judge_finding(noting->judge, noting->group, noting->rule, false, text);
}

static int judge_rule(struct judge *judge, const struct rule_group *group, const struct rule *rule,
                      struct error *e)
{
    SCRATCH_ARENA(scratch);
    const struct promql_engine engine = {0};
    struct rule_work work = {0};
    struct noting noting = {judge, group, rule};
    const struct rule_eval eval = {.rule = rule,
                                   .engine = &engine,
                                   .store = judge->store,
                                   .external_labels = &labels_empty,
                                   .external_url = "",
                                   .t_ms = judge->t_ms,
                                   .scratch = scratch,
                                   .work = &work,
                                   .note = note,
                                   .arg = &noting};
    struct promql_value value;
    int failed = rule_eval_vector(&eval, 0, &value, e);
    if (failed)
        return failed;
    if (group->limit > 0 && value.count > (size_t)group->limit)
        return error_set(e, -E2BIG, "it gives %zu results, the group's limit is %lld", value.count,
                         (long long)group->limit);
    size_t series = value.without_past + read_short(judge, rule->expr);
    if (series)
        add_unjudged(judge, rule, series);
    return rule->is_alert ? judge_add_alerts(judge, &eval, &value, e)
                          : record(judge, &eval, &value, e);
}

void rule_set_judge(const struct rule_set *rules, struct store *store, int64_t t_ms,
                    struct arena *arena, struct judgement *judgement)
{
    struct judge judge = {.rules = rules,
                          .store = store,
                          .t_ms = t_ms,
                          .arena = arena,
                          .out = judgement,
                          .alerts = {.arena = arena}};
    *judgement = (struct judgement){0};
    for (size_t i = 0; i < rules->group_count; i++) {
        const struct rule_group *group = &rules->groups[i];
        for (size_t j = 0; j < group->rule_count; j++) {
            struct error e = {0};
            if (judge_rule(&judge, group, &group->rules[j], &e))
                judge_finding(&judge, group, &group->rules[j], true, e.text);
        }
    }
    alert_set_finish(&judge.alerts, false);
    judgement->alerts = judge.alerts.at;
    judgement->alert_count = judge.alerts.count;
}
