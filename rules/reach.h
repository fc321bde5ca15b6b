/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_REACH_H
#define RULES_REACH_H

#include "rules/promql.h"

/* What an evaluation can need of a store: nothing else changes its value. */
struct promql_reach {
    const char *const *names; /* of metrics, each once; NULL: any */
    size_t name_count;
    int64_t from, to; /* samples with from < t <= to; from is not before to where it needs none */
};

/*
 * Of an expression that is evaluated at start and at last at end (the same for an instant query).
 * Names come from equality matchers on __name__, and any may be needed where a selector has none;
 * times from ranges, subqueries, offsets, @ and the lookback. Names live in arena and expression.
 * Pure.
 */
struct promql_reach promql_reach(const struct promql_engine *engine, const struct expr *expr,
                                 int64_t start_ms, int64_t end_ms, struct arena *arena);

#endif
