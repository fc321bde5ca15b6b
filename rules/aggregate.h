/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_AGGREGATE_H
#define RULES_AGGREGATE_H

#include "rules/eval.h"

/* The groups that an aggregation makes of its input. */
struct groups {
    struct matrix input;
    size_t *of;                   /* the group of each row, in the order of their appearance */
    const struct labels **labels; /* of each group, what it has for labels in the result */
    size_t count;
};

/* Evaluates the input and groups its rows. What it gives lives in scratch, but labels in ev's. */
struct groups group_rows(struct eval *ev, const struct expr *expr, const struct steps *steps,
                         struct arena *scratch);

#endif
