/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_FUNCTIONS_H
#define RULES_FUNCTIONS_H

#include "rules/promql.h"

enum { FUNCTION_MAX_TYPES = 5 };

/* What PromQL calls a function: its signature, and (one of them) how it is computed. */
struct function {
    const char *name;
    enum promql_type gives;
    enum promql_type takes[FUNCTION_MAX_TYPES]; /* PROMQL_NONE ends them */
    int more; /* how often the last argument may be missing (1) or come again; -1: any number */
    bool experimental; /* so upstream says */
    bool uses_time;    /* depends on the evaluation's time, not on its arguments alone */
};

/* NULL where there is none of that name. */
const struct function *function_find(const char *name, size_t length);

#endif
