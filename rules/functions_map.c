/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that give each value of a vector another one. */
#include <math.h>

#include "rules/eval.h"

static struct matrix renamed(struct eval *ev, struct matrix matrix, const struct steps *steps)
{
    matrix_drop_names(ev, &matrix, steps);
    return matrix;
}

static void map_values(struct matrix *matrix, double (*map)(double))
{
    for (size_t i = 0; i < matrix->count; i++)
        for (size_t p = 0; p < matrix->rows[i].count; p++)
            matrix->rows[i].points[p].v = map(matrix->rows[i].points[p].v);
}

struct matrix eval_map(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    struct matrix matrix = eval_node(ev, call->call.args[0], steps);
    map_values(&matrix, call->call.function->map);
    return renamed(ev, matrix, steps);
}

struct matrix call_date(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    if (call->call.count)
        return eval_map(ev, call, steps);
    struct matrix matrix = call_time(ev, call, steps);
    for (size_t i = 0; i < steps->count && !ev->failed; i++) {
        double *v = &matrix.rows[0].points[i].v;
        *v = call->call.function->map(floor(*v));
    }
    return matrix;
}

/* As Go has it: NaN where either is, but an infinity on the side that is sought wins even so. */
static double lesser(double a, double b)
{
    if (a == -INFINITY || b == -INFINITY)
        return -INFINITY;
    return isnan(a) || isnan(b) ? NAN : fmin(a, b);
}

static double greater(double a, double b)
{
    if (a == INFINITY || b == INFINITY)
        return INFINITY;
    return isnan(a) || isnan(b) ? NAN : fmax(a, b);
}

/* Bounds of each step; NULL: none. Where they cross nothing is left. */
static struct matrix clamp(struct eval *ev, const struct expr *call, const struct steps *steps,
                           const double *low, const double *high)
{
    struct matrix matrix = eval_node(ev, call->call.args[0], steps);
    for (size_t i = 0; i < matrix.count && !ev->failed; i++) {
        struct row *row = &matrix.rows[i];
        size_t kept = 0;
        for (size_t p = 0; p < row->count; p++) {
            struct point point = row->points[p];
            size_t step = step_index(steps, point.t);
            double least = low ? low[step] : -INFINITY, most = high ? high[step] : INFINITY;
            if (most < least)
                continue;
            point.v = greater(least, lesser(most, point.v));
            row->points[kept++] = point;
        }
        row->count = kept;
    }
    return renamed(ev, matrix, steps);
}

struct matrix call_clamp(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    const double *low = eval_scalar(ev, call->call.args[1], steps);
    return clamp(ev, call, steps, low, eval_scalar(ev, call->call.args[2], steps));
}

struct matrix call_clamp_max(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    return clamp(ev, call, steps, NULL, eval_scalar(ev, call->call.args[1], steps));
}

struct matrix call_clamp_min(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    return clamp(ev, call, steps, eval_scalar(ev, call->call.args[1], steps), NULL);
}

/* round(v, to = 1): ties go up. */
struct matrix call_round(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    const double *to = call->call.count > 1 ? eval_scalar(ev, call->call.args[1], steps) : NULL;
    struct matrix matrix = eval_node(ev, call->call.args[0], steps);
    for (size_t i = 0; i < matrix.count && !ev->failed; i++)
        for (size_t p = 0; p < matrix.rows[i].count; p++) {
            struct point *point = &matrix.rows[i].points[p];
            double inverse = 1 / (to ? to[step_index(steps, point->t)] : 1);
            point->v = floor(point->v * inverse + 0.5) / inverse;
        }
    return renamed(ev, matrix, steps);
}

static struct matrix choose(struct eval *ev, const struct expr *call, const struct steps *steps,
                            double (*of)(double, double))
{
    struct matrix matrix = {0};
    const double *a = eval_scalar(ev, call->call.args[0], steps);
    const double *b = eval_scalar(ev, call->call.args[1], steps);
    struct row *row = matrix_add(ev, &matrix, &labels_empty);
    for (size_t i = 0; i < steps->count && !ev->failed; i++)
        row_push(ev, row, step_time(steps, i), of(a[i], b[i]));
    return matrix;
}

struct matrix call_max_of(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    return choose(ev, call, steps, greater);
}

struct matrix call_min_of(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    return choose(ev, call, steps, lesser);
}
