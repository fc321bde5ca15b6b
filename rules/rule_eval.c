/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rule_eval.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A scalar is a vector of one sample without labels. */
static bool as_vector(struct promql_value *value, struct arena *arena)
{
    if (value->type == PROMQL_SCALAR) {
        value->samples = ARENA_NEW(arena, struct promql_sample);
        value->samples[0] = (struct promql_sample){.labels = &labels_empty, .v = value->scalar};
        value->count = 1;
        value->type = PROMQL_VECTOR;
    }
    return value->type == PROMQL_VECTOR;
}

int rule_eval_vector(const struct rule_eval *eval, int64_t query_offset_ms,
                     struct promql_value *value, struct error *e)
{
    *value = (struct promql_value){0};
    int failed = promql_eval(eval->engine, eval->store, eval->rule->expr,
                             eval->t_ms - query_offset_ms, eval->scratch, value, e);
    if (!failed && !as_vector(value, eval->scratch))
        return error_set(e, -EINVAL, "it gives a %s, no instant vector",
                         promql_type_name(value->type));
    return failed;
}

static int by_labels(const void *a, const void *b)
{
    return labels_compare(((const struct promql_sample *)a)->labels,
                          ((const struct promql_sample *)b)->labels);
}

static bool is_sorted(const struct promql_value *value)
{
    size_t i = 1;
    while (i < value->count && by_labels(&value->samples[i - 1], &value->samples[i]) <= 0)
        i++;
    return i >= value->count;
}

int rule_eval_record(const struct rule_eval *eval, struct promql_value *value, struct error *e)
{
    const struct rule *rule = eval->rule;
    for (size_t i = 0; i < value->count; i++) {
        const struct labels **labels = &value->samples[i].labels;
        *labels = labels_with(eval->scratch, *labels, LABEL_NAME, rule->name);
        for (size_t j = 0; j < rule->label_count; j++)
            *labels =
                labels_with(eval->scratch, *labels, rule->labels[j].name, rule->labels[j].text);
    }
    if (!is_sorted(value)) /* most are, as series are found in this order */
        qsort(value->samples, value->count, sizeof *value->samples, by_labels);
    for (size_t i = 1; i < value->count; i++)
        if (labels_equal(value->samples[i - 1].labels, value->samples[i].labels))
            return error_set(e, -EINVAL, "two of its results have the same labels");
    return 0;
}

/* What a template's query sees: the store as the rule does. */
static int query(const char *text, int64_t t_ms, struct arena *arena,
                 struct promql_sample **samples, size_t *count, void *arg, struct error *e)
{
    const struct rule_eval *eval = arg;
    struct promql_error wrong;
    struct promql_value value = {0};
    struct expr *expr;

    if (eval->work->touched > RULE_MAX_TOUCHED)
        return error_set(
            e, -E2BIG,
            "the queries of the rule's alerts touch more than %d series and samples in all",
            RULE_MAX_TOUCHED);
    if (promql_parse(text, strlen(text), arena, &expr, &wrong))
        return error_set(e, -EINVAL, "'%.80s', byte %zu: %s", text, wrong.start, wrong.text);
    int failed = promql_eval(eval->engine, eval->store, expr, t_ms, arena, &value, e);
    eval->work->touched += value.touched;
    if (failed)
        return failed;
    if (!as_vector(&value, arena))
        return error_set(e, -EINVAL, "'%.80s' gives a %s, no instant vector", text,
                         promql_type_name(value.type));
    *samples = value.samples;
    *count = value.count;
    return 0;
}

/* A pair's text; what cannot be expanded says so in its place, as upstream does. */
static const char *expand(const struct rule_eval *eval, const struct promql_sample *sample,
                          const struct rule_pair *pair)
{
    struct rule_eval at = *eval;
    const struct template_data data = {.labels = sample->labels,
                                       .external_labels = eval->external_labels,
                                       .external_url = eval->external_url,
                                       .value = sample->v,
                                       .t_ms = eval->t_ms,
                                       .steps = &eval->work->steps,
                                       .query = query,
                                       .arg = &at};
    struct error e = {0};
    const char *text = pair->text;
    if (!pair->template || template_expand(pair->template, &data, eval->scratch, &text, &e) == 0)
        return text;
    if (eval->note)
        eval->note(
            arena_printf(eval->scratch, "the text '%s' cannot be made: %s", pair->name, e.text),
            eval->arg);
    return arena_printf(eval->scratch, "<error expanding template: %s>", e.text);
}

const struct labels *rule_eval_alert_labels(const struct rule_eval *eval,
                                            const struct promql_sample *sample)
{
    const struct rule *rule = eval->rule;
    const struct labels *labels = sample->labels;
    struct label *at =
        ARENA_ARRAY(eval->scratch, struct label, labels->count + rule->label_count + 2);
    size_t count = 0;
    for (; count < labels->count; count++)
        at[count] = labels->at[count];
    at[count++] = (struct label){LABEL_NAME, ""};
    for (size_t i = 0; i < rule->label_count; i++)
        at[count++] = (struct label){rule->labels[i].name, expand(eval, sample, &rule->labels[i])};
    at[count++] = (struct label){"alertname", rule->name};
    return labels_new(eval->scratch, at, count);
}

const struct labels *rule_eval_annotations(const struct rule_eval *eval,
                                           const struct promql_sample *sample)
{
    const struct rule *rule = eval->rule;
    struct label *at = ARENA_ARRAY(eval->scratch, struct label, rule->annotation_count + 1);
    for (size_t i = 0; i < rule->annotation_count; i++)
        at[i] =
            (struct label){rule->annotations[i].name, expand(eval, sample, &rule->annotations[i])};
    return labels_new(eval->scratch, at, rule->annotation_count);
}
