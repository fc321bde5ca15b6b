/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/judge.h"

/* What a template's query sees: the store as the rule does. */
static int query(const char *text, int64_t t_ms, struct arena *arena,
                 struct promql_sample **samples, size_t *count, void *arg, struct error *e)
{
    const struct promql_engine engine = {0};
    const struct store *store = arg;
    struct promql_error wrong;
    struct promql_value value = {0};
    struct expr *expr;

    if (promql_parse(text, strlen(text), arena, &expr, &wrong))
        return error_set(e, -EINVAL, "'%.80s', byte %zu: %s", text, wrong.start, wrong.text);
    int failed = promql_eval(&engine, store, expr, t_ms, arena, &value, e);
    if (failed)
        return failed;
    if (value.type == PROMQL_SCALAR) {
        value.samples = ARENA_NEW(arena, struct promql_sample);
        value.samples[0] = (struct promql_sample){.labels = &labels_empty, .v = value.scalar};
        value.count = 1;
    } else if (value.type != PROMQL_VECTOR) {
        return error_set(e, -EINVAL, "'%.80s' gives a %s, no instant vector", text,
                         promql_type_name(value.type));
    }
    *samples = value.samples;
    *count = value.count;
    return 0;
}

struct making {
    struct judge *judge;
    const struct rule_group *group;
    const struct rule *rule;
    struct template_data data;
    struct arena *scratch; /* ends with the rule */
};

/* A pair's text; what cannot be expanded says so in its place, as upstream does. */
static const char *expand(struct making *m, const struct rule_pair *pair)
{
    struct error e = {0};
    const char *text = pair->text;
    if (!pair->template || template_expand(pair->template, &m->data, m->scratch, &text, &e) == 0)
        return text;
    judge_finding(m->judge, m->group, m->rule, false,
                  arena_printf(m->scratch, "the text '%s' cannot be made: %s", pair->name, e.text));
    return arena_printf(m->scratch, "<error expanding template: %s>", e.text);
}

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

static const struct labels *make_labels(struct making *m, const struct labels *sample)
{
    struct arena *scratch = m->scratch;
    const struct rule *rule = m->rule;
    struct label *at = ARENA_ARRAY(scratch, struct label, sample->count + rule->label_count + 2);
    size_t count = 0;
    for (; count < sample->count; count++)
        at[count] = sample->at[count];
    at[count++] = (struct label){LABEL_NAME, ""};
    for (size_t i = 0; i < rule->label_count; i++)
        at[count++] = (struct label){rule->labels[i].name, expand(m, &rule->labels[i])};
    at[count++] = (struct label){"alertname", rule->name};
    return labels_new(scratch, at, count);
}

static const struct labels *make_annotations(struct making *m)
{
    const struct rule *rule = m->rule;
    struct label *at = ARENA_ARRAY(m->scratch, struct label, rule->annotation_count + 1);
    for (size_t i = 0; i < rule->annotation_count; i++)
        at[i] = (struct label){rule->annotations[i].name, expand(m, &rule->annotations[i])};
    return labels_new(m->scratch, at, rule->annotation_count);
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

static void add_alert(struct making *m, const struct promql_sample *sample)
{
    struct judge *judge = m->judge;
    struct judgement *out = judge->out;
    m->data = (struct template_data){.labels = sample->labels,
                                     .external_labels = &labels_empty,
                                     .external_url = "",
                                     .value = sample->v,
                                     .t_ms = judge->t_ms,
                                     .query = query,
                                     .arg = judge->store};
    const struct labels *labels = make_labels(m, sample->labels);
    enum severity severity = take_severity(&labels, m->scratch);
    const struct labels *annotations = make_annotations(m);

    out->alerts = arena_grow(judge->arena, out->alerts, out->alert_count, &judge->alert_room,
                             sizeof *out->alerts);
    out->alerts[out->alert_count++] = (struct alert){
        .name = arena_strdup(judge->arena, m->rule->name),
        .severity = severity,
        .state = m->rule->for_ms > 0 ? ALERT_PENDING : ALERT_FIRING,
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

static int worst_first(const void *a, const void *b)
{
    const struct alert *x = a, *y = b;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    return by_identity(a, b);
}

int judge_add_alerts(struct judge *judge, const struct rule_group *group, const struct rule *rule,
                     const struct promql_value *value, struct error *e)
{
    SCRATCH_ARENA(scratch);
    struct making making = {.judge = judge, .group = group, .rule = rule, .scratch = scratch};
    struct judgement *out = judge->out;
    size_t first = out->alert_count;
    for (size_t i = 0; i < value->count; i++)
        add_alert(&making, &value->samples[i]);
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
    qsort(out->alerts, kept, sizeof *out->alerts, worst_first);
}
