/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_EXPR_H
#define AGENT_EXPR_H

#include "core/instant.h"
#include "rules/promql.h"

/* Whether it is an expression that gives a vector or a scalar. */
int expr_check(const char *expr, struct error *e);

/*
 * The values of a PromQL expression at one time: of a vector all, in the order of their labels; a
 * scalar is one without labels. Labels live in the arena and the store. engine bounds what it may
 * cost.
 */
int expr_evaluate(const char *expr, const struct promql_engine *engine, const struct store *store,
                  int64_t t_ms, struct arena *arena, struct instant **values, size_t *count,
                  struct error *e);

#endif
