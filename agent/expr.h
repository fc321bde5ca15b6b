/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_EXPR_H
#define AGENT_EXPR_H

#include "core/instant.h"

/*
 * The values of a PromQL expression at one time: of a vector all, in the order of their labels; a
 * scalar is one without labels. What is neither, or wrong, is an error that shows the place. Labels
 * live in the arena and the store.
 */
int expr_evaluate(const char *expr, const struct store *store, int64_t t_ms, struct arena *arena,
                  struct instant **values, size_t *count, struct error *e);

#endif
