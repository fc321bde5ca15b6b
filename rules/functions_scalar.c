/* SPDX-License-Identifier: Apache-2.0 */
/* Functions between scalars and vectors, of times, and of what is not there. */
#include <math.h>
#include <string.h>

#include "rules/eval.h"

/* One row with the same value, or each step's time in seconds. */
static struct matrix constant(struct eval *ev, const struct steps *steps, double v)
{
    struct matrix matrix = {0};
    struct row *row = matrix_add(ev, &matrix, &labels_empty);
    for (size_t i = 0; i < steps->count && !ev->failed; i++)
        row_push(ev, row, step_time(steps, i), v);
    return matrix;
}

struct matrix call_time(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    (void)call;
    struct matrix matrix = constant(ev, steps, 0);
    for (size_t i = 0; i < matrix.rows[0].count; i++)
        matrix.rows[0].points[i].v = (double)matrix.rows[0].points[i].t / 1000;
    return matrix;
}

struct matrix call_pi(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    (void)call;
    return constant(ev, steps, M_PI);
}

struct matrix call_start(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    (void)call;
    return constant(ev, steps, (double)ev->query.start / 1000);
}

struct matrix call_end(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    (void)call;
    return constant(ev, steps, (double)ev->query_end / 1000);
}

struct matrix call_range(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    (void)call;
    return constant(ev, steps, (double)(ev->query_end - ev->query.start) / 1000);
}

struct matrix call_step(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    (void)call;
    bool instant = ev->query_end == ev->query.start;
    return constant(ev, steps, instant ? 0 : (double)ev->query.step / 1000);
}

struct matrix call_vector(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    return eval_node(ev, call->call.args[0], steps);
}

/* The arguments are evaluated for the mistakes in them. */
struct matrix call_nothing(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    eval_node(ev, call->call.args[0], steps);
    return (struct matrix){0};
}

/* The value of a vector's one element, NaN where there are none or more. */
struct matrix call_scalar(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    struct matrix from = eval_node(ev, call->call.args[0], steps);
    struct matrix matrix = constant(ev, steps, NAN);
    if (!eval_room(ev, steps->count, 1))
        return matrix;
    SCRATCH_ARENA(scratch);
    unsigned char *seen = ARENA_ARRAY(scratch, unsigned char, steps->count);
    for (size_t i = 0; i < from.count; i++)
        for (size_t p = 0; p < from.rows[i].count; p++) {
            size_t step = step_index(steps, from.rows[i].points[p].t);
            matrix.rows[0].points[step].v = seen[step] ? NAN : from.rows[i].points[p].v;
            seen[step] = 1;
        }
    return matrix;
}

/* A vector selector has the times of its samples, everything else that of the evaluation. */
struct matrix call_timestamp(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    const struct expr *arg = expr_unwrap(call->call.args[0]);
    if (arg->kind == EXPR_SELECTOR)
        return eval_timestamps(ev, arg, steps);
    struct matrix matrix = eval_node(ev, arg, steps);
    for (size_t i = 0; i < matrix.count; i++)
        for (size_t p = 0; p < matrix.rows[i].count; p++)
            matrix.rows[i].points[p].v = (double)matrix.rows[i].points[p].t / 1000;
    matrix_drop_names(ev, &matrix, steps);
    return matrix;
}

/* What an absent series would have for labels: those that its selector asks for by equality. */
static const struct labels *absent_labels(struct eval *ev, const struct expr *arg)
{
    const struct labels *labels = &labels_empty;
    arg = expr_unwrap(arg);
    if (arg->kind == EXPR_RANGE)
        arg = arg->range.selector;
    if (arg->kind != EXPR_SELECTOR)
        return labels;
    const struct selector *s = &arg->selector;
    for (size_t i = 0; i < s->matcher_count; i++) {
        const struct matcher *m = &s->matchers[i];
        bool again = false;
        for (size_t j = 0; j < i; j++)
            again |= s->matchers[j].op == MATCH_EQUAL && strcmp(s->matchers[j].name, m->name) == 0;
        if (strcmp(m->name, LABEL_NAME) != 0)
            labels = labels_with(ev->arena, labels, m->name,
                                 m->op == MATCH_EQUAL && !again ? m->value : "");
    }
    return labels;
}

/* 1 at each step at which no row has a point. */
static struct matrix absence(struct eval *ev, const struct matrix *from, const struct expr *arg,
                             const struct steps *steps)
{
    SCRATCH_ARENA(scratch);
    struct matrix matrix = {0};
    if (!eval_room(ev, steps->count, 1))
        return matrix;
    unsigned char *seen = ARENA_ARRAY(scratch, unsigned char, steps->count);
    for (size_t i = 0; i < from->count; i++)
        for (size_t p = 0; p < from->rows[i].count; p++)
            seen[step_index(steps, from->rows[i].points[p].t)] = 1;
    struct row *row = matrix_add(ev, &matrix, absent_labels(ev, arg));
    for (size_t i = 0; i < steps->count && !ev->failed; i++)
        if (!seen[i])
            row_push(ev, row, step_time(steps, i), 1);
    return matrix;
}

struct matrix call_absent(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    struct matrix from = eval_node(ev, call->call.args[0], steps);
    return absence(ev, &from, call->call.args[0], steps);
}

struct matrix call_absent_over_time(struct eval *ev, const struct expr *call,
                                    const struct steps *steps)
{
    struct matrix from = eval_windows(ev, call, steps);
    return absence(ev, &from, call->call.args[0], steps);
}
