/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/judge.h"

/* A label set with its strings, in the arena that is returned. */
static const struct labels *copy_labels(const struct labels *labels, struct arena *arena)
{
    struct labels *copy = arena_alloc(arena, labels_bytes(labels->count));
    *copy = *labels;
    for (size_t i = 0; i < labels->count; i++) {
        copy->at[i].name = arena_strdup(arena, labels->at[i].name);
        copy->at[i].value = arena_strdup(arena, labels->at[i].value);
    }
    return copy;
}

/*
 * Takes the severity out of the labels. One of another name ("page"), or none, counts as a warning,
 * so that no alert goes unheard; the name then stays among the labels.
 */
static enum severity take_severity(const struct labels **labels, struct arena *scratch)
{
    enum severity severity = severity_from_name(labels_get(*labels, "severity"));
    if (severity == SEVERITY_NONE)
        return SEVERITY_WARNING;
    *labels = labels_with(scratch, *labels, "severity", "");
    return severity;
}

static void add_alert(struct judge *judge, const struct rule_eval *eval,
                      const struct promql_sample *sample)
{
    struct judgement *out = judge->out;
    const struct labels *labels = rule_eval_alert_labels(eval, sample);
    enum severity severity = take_severity(&labels, eval->scratch);
    const struct labels *annotations = rule_eval_annotations(eval, sample);

    out->alerts = arena_grow(judge->arena, out->alerts, out->alert_count, &judge->alert_room,
                             sizeof *out->alerts);
    out->alerts[out->alert_count++] = (struct alert){
        .name = arena_strdup(judge->arena, eval->rule->name),
        .severity = severity,
        .state = eval->rule->for_ms > 0 ? ALERT_PENDING : ALERT_FIRING,
        .value = sample->v,
        .active_at_ms = judge->t_ms,
        .labels = copy_labels(labels, judge->arena),
        .annotations = copy_labels(annotations, judge->arena),
    };
}

static int by_identity(const void *a, const void *b)
{
    const struct alert *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    if (!order)
        order = labels_compare(x->labels, y->labels);
    return order;
}

static int by_identity_worst_first(const void *a, const void *b)
{
    const struct alert *x = a, *y = b;
    int order = by_identity(a, b);
    if (order || x->severity == y->severity)
        return order;
    return x->severity > y->severity ? -1 : 1;
}

int judge_add_alerts(struct judge *judge, const struct rule_eval *eval,
                     const struct promql_value *value, struct error *e)
{
    struct judgement *out = judge->out;
    size_t first = out->alert_count;
    for (size_t i = 0; i < value->count; i++)
        add_alert(judge, eval, &value->samples[i]);
    if (out->alert_count - first < 2)
        return 0;
    qsort(out->alerts + first, out->alert_count - first, sizeof *out->alerts,
          by_identity_worst_first);
    for (size_t i = first + 1; i < out->alert_count; i++)
        if (by_identity(&out->alerts[i - 1], &out->alerts[i]) == 0 &&
            out->alerts[i - 1].severity == out->alerts[i].severity)
            return error_set(e, -EINVAL, "two of its alerts have the same labels");
    return 0;
}

void judge_finish_alerts(struct judge *judge)
{
    struct judgement *out = judge->out;
    size_t kept = 0;
    if (!out->alert_count)
        return;
    qsort(out->alerts, out->alert_count, sizeof *out->alerts, by_identity_worst_first);
    for (size_t i = 0; i < out->alert_count; i++)
        if (!kept || by_identity(&out->alerts[kept - 1], &out->alerts[i]) != 0)
            out->alerts[kept++] = out->alerts[i];
    out->alert_count = kept;
    qsort(out->alerts, kept, sizeof *out->alerts, alert_worst_first);
}
