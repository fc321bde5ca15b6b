/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/eval.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    DEFAULT_SUBQUERY_STEP_MS = 60 * 1000,
    DEFAULT_MAX_SERIES = 1000000,
    DEFAULT_MAX_SAMPLES = 50000000,
    DEFAULT_MAX_BYTES = 256 * 1024 * 1024,
};

void eval_fail(struct eval *ev, int code, const char *format, ...)
{
    char text[sizeof ev->e->text];
    va_list args;
    if (ev->failed)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ev->failed = error_set(ev->e, code, "%s", text);
}

bool eval_count(struct eval *ev, size_t samples)
{
    size_t left = ev->engine.max_samples - ev->samples;
    if (!ev->failed && samples > left)
        eval_fail(ev, -E2BIG, "query touches more than %zu samples", ev->engine.max_samples);
    if (!ev->failed)
        ev->samples += samples;
    return !ev->failed;
}

bool eval_room(struct eval *ev, size_t count, size_t bytes)
{
    size_t held = arena_bytes(ev->arena) - ev->arena_start;
    size_t left = ev->engine.max_bytes > held ? ev->engine.max_bytes - held : 0;
    size_t wanted;
    if (!ev->failed && (__builtin_mul_overflow(count, bytes, &wanted) || wanted > left))
        eval_fail(ev, -E2BIG, "query needs more than %zu bytes of memory", ev->engine.max_bytes);
    return !ev->failed;
}

static struct matrix eval_number(struct eval *ev, double value, const struct steps *steps)
{
    struct matrix matrix = {0};
    struct row *row = matrix_add(ev, &matrix, &labels_empty);
    for (size_t i = 0; i < steps->count && !ev->failed; i++)
        row_push(ev, row, step_time(steps, i), value);
    return matrix;
}

static struct matrix eval_unary(struct eval *ev, const struct expr *expr, const struct steps *steps)
{
    struct matrix matrix = eval_node(ev, expr->unary.inner, steps);
    if (!expr->unary.minus)
        return matrix;
    for (size_t i = 0; i < matrix.count; i++)
        for (size_t j = 0; j < matrix.rows[i].count; j++)
            matrix.rows[i].points[j].v = -matrix.rows[i].points[j].v;
    matrix_drop_names(ev, &matrix, steps);
    return matrix;
}

static struct matrix eval_call(struct eval *ev, const struct expr *expr, const struct steps *steps)
{
    return expr->call.function->call(ev, expr, steps);
}

typedef struct matrix eval_function(struct eval *, const struct expr *, const struct steps *);

static struct matrix eval_kind(struct eval *ev, const struct expr *expr, const struct steps *steps)
{
    static eval_function *const kinds[] = {
        [EXPR_SELECTOR] = eval_selector,   [EXPR_RANGE] = eval_range,
        [EXPR_SUBQUERY] = eval_subquery,   [EXPR_CALL] = eval_call,
        [EXPR_AGGREGATE] = eval_aggregate, [EXPR_BINARY] = eval_binary,
        [EXPR_UNARY] = eval_unary,
    };
    if (expr->kind == EXPR_NUMBER)
        return eval_number(ev, expr->number.value, steps);
    if (expr->kind == EXPR_STRING)
        return (struct matrix){0};
    return kinds[expr->kind](ev, expr, steps);
}

/* What is the same at each step is evaluated at the first and copied to the others. */
static struct matrix eval_once(struct eval *ev, const struct expr *expr, const struct steps *steps)
{
    struct steps first = {steps->start, steps->step, 1};
    struct matrix once = eval_kind(ev, expr, &first), all = {0};
    for (size_t i = 0; i < once.count && !ev->failed; i++) {
        if (!once.rows[i].count)
            continue;
        struct row *row = matrix_add(ev, &all, once.rows[i].labels);
        row->drop_name = once.rows[i].drop_name;
        for (size_t j = 0; j < steps->count && !ev->failed; j++)
            row_push(ev, row, step_time(steps, j), once.rows[i].points[0].v);
    }
    return all;
}

struct matrix eval_node(struct eval *ev, const struct expr *expr, const struct steps *steps)
{
    expr = expr_unwrap(expr);
    if (ev->failed || !steps->count)
        return (struct matrix){0};
    bool spans = expr->type == PROMQL_MATRIX || expr->type == PROMQL_STRING;
    if (expr->invariant && steps->count > 1 && !spans && expr->kind != EXPR_NUMBER)
        return eval_once(ev, expr, steps);
    return eval_kind(ev, expr, steps);
}

const double *eval_scalar(struct eval *ev, const struct expr *expr, const struct steps *steps)
{
    struct matrix matrix = eval_node(ev, expr, steps);
    if (matrix.count != 1 || matrix.rows[0].count != steps->count)
        eval_fail(ev, -EINVAL, "a scalar has no value");
    if (ev->failed)
        return NULL;
    double *values = ARENA_ARRAY(ev->arena, double, steps->count);
    for (size_t i = 0; i < steps->count; i++)
        values[i] = matrix.rows[0].points[i].v;
    return values;
}

/* Far from where sums of times, offsets and ranges would overflow. */
static const int64_t farthest_ms = INT64_C(4000000000000000000);

static int check_time(int64_t t_ms, struct error *e)
{
    if (t_ms >= -farthest_ms && t_ms <= farthest_ms)
        return 0;
    return error_set(e, -ERANGE, "time %lld ms is out of range", (long long)t_ms);
}

static void set_default(size_t *value, size_t fallback)
{
    if (!*value)
        *value = fallback;
}

static struct eval eval_start(const struct promql_engine *engine, const struct store *store,
                              const struct steps *steps, struct arena *arena, struct error *e)
{
    struct eval ev = {.engine = *engine,
                      .store = store,
                      .arena = arena,
                      .arena_start = arena_bytes(arena),
                      .query = *steps,
                      .query_end = step_time(steps, steps->count ? steps->count - 1 : 0),
                      .e = e};
    if (!ev.engine.lookback_ms)
        ev.engine.lookback_ms = PROMQL_LOOKBACK_MS;
    if (!ev.engine.subquery_step_ms)
        ev.engine.subquery_step_ms = DEFAULT_SUBQUERY_STEP_MS;
    set_default(&ev.engine.max_series, DEFAULT_MAX_SERIES);
    set_default(&ev.engine.max_samples, DEFAULT_MAX_SAMPLES);
    set_default(&ev.engine.max_bytes, DEFAULT_MAX_BYTES);
    return ev;
}

/* Takes the names away whose removal was put off. */
static void finish_names(struct eval *ev, struct matrix *matrix)
{
    if (!ev->engine.delayed_name_removal)
        return;
    for (size_t i = 0; i < matrix->count; i++)
        if (matrix->rows[i].drop_name)
            matrix->rows[i].labels = labels_nameless(ev->arena, matrix->rows[i].labels);
    matrix_merge(ev, matrix);
}

static void give_series(struct eval *ev, struct matrix *matrix, struct promql_value *value)
{
    matrix_sort(matrix);
    value->type = PROMQL_MATRIX;
    value->series = ARENA_ARRAY(ev->arena, struct promql_series, matrix->count);
    for (size_t i = 0; i < matrix->count; i++) {
        const struct row *row = &matrix->rows[i];
        if (row->count)
            value->series[value->count++] =
                (struct promql_series){row->labels, row->points, row->count};
    }
}

static void give_samples(struct eval *ev, const struct matrix *matrix, int64_t t,
                         struct promql_value *value)
{
    value->type = PROMQL_VECTOR;
    value->samples = ARENA_ARRAY(ev->arena, struct promql_sample, matrix->count);
    for (size_t i = 0; i < matrix->count; i++) {
        const struct row *row = &matrix->rows[i];
        if (row->count)
            value->samples[value->count++] =
                (struct promql_sample){row->labels, t, row->points[0].v};
    }
}

static int eval_end(struct eval *ev, struct promql_value *value)
{
    value->without_past = ev->without_past;
    value->touched = ev->series + ev->samples;
    eval_notes(ev, value);
    return ev->failed;
}

int promql_eval(const struct promql_engine *engine, const struct store *store,
                const struct expr *expr, int64_t t_ms, struct arena *arena,
                struct promql_value *value, struct error *e)
{
    struct steps steps = {t_ms, 1, 1};
    struct eval ev = eval_start(engine, store, &steps, arena, e);
    *value = (struct promql_value){.type = expr->type};
    if (check_time(t_ms, e))
        return -ERANGE;
    struct matrix matrix = eval_node(&ev, expr, &steps);
    finish_names(&ev, &matrix);
    if (ev.failed)
        return eval_end(&ev, value);
    if (expr->type == PROMQL_STRING)
        value->string = expr_unwrap(expr)->string;
    else if (expr->type == PROMQL_SCALAR)
        value->scalar = matrix.rows[0].points[0].v;
    else if (expr->type == PROMQL_VECTOR)
        give_samples(&ev, &matrix, t_ms, value);
    else
        give_series(&ev, &matrix, value);
    return eval_end(&ev, value);
}

int promql_eval_range(const struct promql_engine *engine, const struct store *store,
                      const struct expr *expr, int64_t start_ms, int64_t end_ms, int64_t step_ms,
                      struct arena *arena, struct promql_value *value, struct error *e)
{
    struct steps steps = {start_ms, step_ms, 0};
    *value = (struct promql_value){.type = PROMQL_MATRIX};
    if (check_time(start_ms, e) || check_time(end_ms, e))
        return -ERANGE;
    if (step_ms <= 0)
        return error_set(e, -EINVAL, "step of a range evaluation is not positive");
    if (expr->type != PROMQL_SCALAR && expr->type != PROMQL_VECTOR)
        return error_set(e, -EINVAL,
                         "invalid expression type \"%s\" for range query, must be scalar or "
                         "instant vector",
                         promql_type_name(expr->type));
    if (end_ms >= start_ms)
        steps.count = (size_t)((end_ms - start_ms) / step_ms) + 1;
    struct eval ev = eval_start(engine, store, &steps, arena, e);
    ev.query_end = end_ms;
    eval_count(&ev, steps.count);
    struct matrix matrix = eval_node(&ev, expr, &steps);
    finish_names(&ev, &matrix);
    if (!ev.failed)
        give_series(&ev, &matrix, value);
    return eval_end(&ev, value);
}
