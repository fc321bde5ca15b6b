/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

/* Lists a rule for which the past was too short; each name once. */
static void add_unjudged(struct judge *judge, const struct rule *rule, size_t series)
{
    struct judgement *out = judge->out;
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

/* The labels of a recorded sample: the rule's name and labels over those of the result. */
static const struct labels *recorded_labels(const struct rule *rule, const struct labels *labels,
                                            struct arena *scratch)
{
    labels = labels_with(scratch, labels, LABEL_NAME, rule->name);
    for (size_t i = 0; i < rule->label_count; i++)
        labels = labels_with(scratch, labels, rule->labels[i].name, rule->labels[i].text);
    return labels;
}

static int by_labels(const void *a, const void *b)
{
    return labels_compare(((const struct promql_sample *)a)->labels,
                          ((const struct promql_sample *)b)->labels);
}

static int record(struct judge *judge, const struct rule *rule, const struct promql_value *value,
                  struct arena *scratch, struct error *e)
{
    struct promql_sample *samples = ARENA_ARRAY(scratch, struct promql_sample, value->count + 1);
    for (size_t i = 0; i < value->count; i++) {
        samples[i] = value->samples[i];
        samples[i].labels = recorded_labels(rule, samples[i].labels, scratch);
    }
    if (value->count)
        qsort(samples, value->count, sizeof *samples, by_labels);
    for (size_t i = 1; i < value->count; i++)
        if (labels_equal(samples[i - 1].labels, samples[i].labels))
            return error_set(e, -EINVAL, "two of its results have the same labels");
    for (size_t i = 0; i < value->count; i++) {
        int failed = store_append(judge->store, samples[i].labels, judge->t_ms, samples[i].v, e);
        if (failed)
            return failed;
    }
    return 0;
}

/* A scalar is a vector of one sample without labels. */
static int as_vector(struct promql_value *value, struct arena *scratch, struct error *e)
{
    if (value->type == PROMQL_VECTOR)
        return 0;
    if (value->type != PROMQL_SCALAR)
        return error_set(e, -EINVAL, "it gives a %s, no instant vector",
                         promql_type_name(value->type));
    value->samples = ARENA_NEW(scratch, struct promql_sample);
    value->samples[0] = (struct promql_sample){.labels = &labels_empty, .v = value->scalar};
    value->count = 1;
    value->type = PROMQL_VECTOR;
    return 0;
}

static int judge_rule(struct judge *judge, const struct rule_group *group, const struct rule *rule,
                      struct error *e)
{
    SCRATCH_ARENA(scratch);
    const struct promql_engine engine = {0};
    struct promql_value value = {0};
    int failed = promql_eval(&engine, judge->store, rule->expr, judge->t_ms, scratch, &value, e);
    if (!failed)
        failed = as_vector(&value, scratch, e);
    if (failed)
        return failed;
    if (group->limit > 0 && value.count > (size_t)group->limit)
        return error_set(e, -E2BIG, "it gives %zu results, the group's limit is %lld", value.count,
                         (long long)group->limit);
    if (value.without_past)
        add_unjudged(judge, rule, value.without_past);
    return rule->is_alert ? judge_add_alerts(judge, group, rule, &value, e)
                          : record(judge, rule, &value, scratch, e);
}

void rule_set_judge(const struct rule_set *rules, struct store *store, int64_t t_ms,
                    struct arena *arena, struct judgement *judgement)
{
    struct judge judge = {
        .rules = rules, .store = store, .t_ms = t_ms, .arena = arena, .out = judgement};
    *judgement = (struct judgement){0};
    for (size_t i = 0; i < rules->group_count; i++) {
        const struct rule_group *group = &rules->groups[i];
        for (size_t j = 0; j < group->rule_count; j++) {
            struct error e = {0};
            if (judge_rule(&judge, group, &group->rules[j], &e))
                judge_finding(&judge, group, &group->rules[j], true, e.text);
        }
    }
    judge_finish_alerts(&judge);
}
