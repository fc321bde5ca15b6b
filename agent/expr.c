/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/expr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int by_labels(const void *a, const void *b)
{
    return labels_compare(((const struct instant *)a)->labels, ((const struct instant *)b)->labels);
}

static int parse(const char *expr, struct arena *arena, struct expr **parsed, struct error *e)
{
    struct promql_error wrong;
    int code = promql_parse(expr, strlen(expr), arena, parsed, &wrong);
    if (code < 0)
        return error_set(e, code, "--expr: %u:%u: %s", wrong.line, wrong.column, wrong.text);

    enum promql_type type = promql_type_of(*parsed);
    if (type != PROMQL_SCALAR && type != PROMQL_VECTOR)
        return error_set(e, -EINVAL, "--expr: gives a %s, not values", promql_type_name(type));
    return 0;
}

int expr_check(const char *expr, struct error *e)
{
    SCRATCH_ARENA(arena);
    struct expr *parsed;
    return parse(expr, arena, &parsed, e);
}

static void take_values(const struct promql_value *value, struct arena *arena,
                        struct instant **values, size_t *count)
{
    bool scalar = value->type == PROMQL_SCALAR;

    *count = scalar ? 1 : value->count;
    *values = ARENA_ARRAY(arena, struct instant, *count + 1);
    for (size_t i = 0; i < *count; i++)
        (*values)[i] = scalar ? (struct instant){&labels_empty, value->scalar}
                              : (struct instant){value->samples[i].labels, value->samples[i].v};
    qsort(*values, *count, sizeof **values, by_labels);
}

int expr_evaluate(const char *expr, const struct promql_engine *engine, const struct store *store,
                  int64_t t_ms, struct arena *arena, struct instant **values, size_t *count,
                  struct error *e)
{
    struct promql_value value;
    struct expr *parsed;
    int code = parse(expr, arena, &parsed, e);

    if (code < 0)
        return code;
    code = promql_eval(engine, store, parsed, t_ms, arena, &value, e);
    if (code < 0) {
        error_prefix(e, "--expr");
        return code;
    }
    take_values(&value, arena, values, count);
    return 0;
}
