/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_RULE_EVAL_H
#define RULES_RULE_EVAL_H

#include "rules/rulefile.h"

/* What the templates of all alerts of an evaluation have cost so far, which is bounded. */
struct rule_work {
    size_t steps;   /* see template.h */
    size_t touched; /* by their queries, see promql_value */
};

enum { RULE_MAX_TOUCHED = 50 * 1000 * 1000 };

/* One evaluation of one rule, and what is made of its result: what all that run rules share. */
struct rule_eval {
    const struct rule *rule;
    const struct promql_engine *engine;
    struct store *store;
    const struct labels *external_labels; /* for templates */
    const char *external_url;
    int64_t t_ms;          /* of the evaluation, which templates see */
    struct arena *scratch; /* results live here */
    struct rule_work *work;
    /* Told what could not be made of a template; the text then stands in its place. May be NULL. */
    void (*note)(const char *text, void *arg);
    void *arg;
};

/* Evaluates the expression at t_ms - query_offset_ms; a scalar comes as a vector of one sample. */
int rule_eval_vector(const struct rule_eval *eval, int64_t query_offset_ms,
                     struct promql_value *value, struct error *e);

/*
 * Makes the samples of a recording rule from its result: the rule's name and labels over those of
 * the sample, sorted. -EINVAL when two of them are the same.
 */
int rule_eval_record(const struct rule_eval *eval, struct promql_value *value, struct error *e);

/* The labels of an alert, alertname among them, and its annotations, with templates expanded. */
const struct labels *rule_eval_alert_labels(const struct rule_eval *eval,
                                            const struct promql_sample *sample);
const struct labels *rule_eval_annotations(const struct rule_eval *eval,
                                           const struct promql_sample *sample);

#endif
