/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/expr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/promql.h"

static int by_labels(const void *a, const void *b)
{
    return labels_compare(((const struct instant *)a)->labels, ((const struct instant *)b)->labels);
}

static int take_values(const struct promql_value *value, struct arena *arena,
                       struct instant **values, size_t *count, struct error *e)
{
    if (value->type == PROMQL_SCALAR) {
        *values = ARENA_NEW(arena, struct instant);
        **values = (struct instant){&labels_empty, value->scalar};
        *count = 1;
        return 0;
    }
    if (value->type != PROMQL_VECTOR)
        return error_set(e, -EINVAL, "--expr: gives a %s, not values",
                         promql_type_name(value->type));
    *values = ARENA_ARRAY(arena, struct instant, value->count + 1);
    *count = value->count;
    for (size_t i = 0; i < value->count; i++)
        (*values)[i] = (struct instant){value->samples[i].labels, value->samples[i].v};
    if (value->count)
        qsort(*values, value->count, sizeof **values, by_labels);
    return 0;
}

int expr_evaluate(const char *expr, const struct store *store, int64_t t_ms, struct arena *arena,
                  struct instant **values, size_t *count, struct error *e)
{
    struct promql_engine engine = {0};
    struct promql_error wrong;
    struct promql_value value;
    struct expr *parsed;
    int code = promql_parse(expr, strlen(expr), arena, &parsed, &wrong);

    if (code < 0)
        return error_set(e, code, "--expr: %u:%u: %s", wrong.line, wrong.column, wrong.text);
    code = promql_eval(&engine, store, parsed, t_ms, arena, &value, e);
    if (code < 0) {
        error_prefix(e, "--expr");
        return code;
    }
    return take_values(&value, arena, values, count, e);
}
