/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "rules/eval.h"

double binary_apply(enum binary_op op, double left, double right)
{
    switch (op) {
    case BINARY_ADD:
        return left + right;
    case BINARY_SUB:
        return left - right;
    case BINARY_MUL:
        return left * right;
    case BINARY_DIV:
        return left / right;
    case BINARY_MOD:
        return fmod(left, right);
    case BINARY_POW:
        return pow(left, right);
    case BINARY_ATAN2:
        return atan2(left, right);
    case BINARY_EQUAL:
        return left == right;
    case BINARY_NOT_EQUAL:
        return left != right;
    case BINARY_GREATER:
        return left > right;
    case BINARY_LESS:
        return left < right;
    case BINARY_GREATER_EQUAL:
        return left >= right;
    case BINARY_LESS_EQUAL:
        return left <= right;
    default:
        return NAN; /* and, or, unless have no scalar meaning; </ and >/ are for histograms */
    }
}

static struct matrix scalar_scalar(struct eval *ev, const struct expr *expr,
                                   const struct steps *steps)
{
    struct matrix matrix = {0};
    const double *left = eval_scalar(ev, expr->binary.left, steps);
    const double *right = eval_scalar(ev, expr->binary.right, steps);
    if (ev->failed)
        return matrix;
    struct row *row = matrix_add(ev, &matrix, &labels_empty);
    for (size_t i = 0; i < steps->count && !ev->failed; i++)
        row_push(ev, row, step_time(steps, i), binary_apply(expr->binary.op, left[i], right[i]));
    return matrix;
}

/* Applies the operator to a row's points in place; a comparison without bool takes points out. */
static void apply_to_row(struct row *row, const struct expr *expr, const double *scalars,
                         const struct steps *steps, bool scalar_left)
{
    bool filters = binary_op_compares(expr->binary.op) && !expr->binary.want_bool;
    size_t kept = 0;
    for (size_t i = 0; i < row->count; i++) {
        struct point point = row->points[i];
        double scalar = scalars[step_index(steps, point.t)];
        double result = scalar_left ? binary_apply(expr->binary.op, scalar, point.v)
                                    : binary_apply(expr->binary.op, point.v, scalar);
        if (filters && !result)
            continue;
        row->points[kept++] = (struct point){point.t, filters ? point.v : result};
    }
    row->count = kept;
}

static struct matrix vector_scalar(struct eval *ev, const struct expr *expr,
                                   const struct steps *steps, bool scalar_left)
{
    const struct expr *left = expr->binary.left, *right = expr->binary.right;
    const double *scalars = eval_scalar(ev, scalar_left ? left : right, steps);
    struct matrix matrix = eval_node(ev, scalar_left ? right : left, steps);
    bool renames = !binary_op_compares(expr->binary.op) || expr->binary.want_bool;
    for (size_t i = 0; i < matrix.count && !ev->failed; i++)
        apply_to_row(&matrix.rows[i], expr, scalars, steps, scalar_left);
    if (renames)
        matrix_drop_names(ev, &matrix, steps);
    return matrix;
}

struct matrix eval_binary(struct eval *ev, const struct expr *expr, const struct steps *steps)
{
    bool left = expr->binary.left->type == PROMQL_SCALAR;
    bool right = expr->binary.right->type == PROMQL_SCALAR;
    enum binary_op op = expr->binary.op;
    if (op == BINARY_TRIM_UPPER || op == BINARY_TRIM_LOWER) {
        eval_note(
            ev, false, expr,
            "incompatible sample types encountered for binary operator \"%s\": float %s float",
            binary_op_name(op), binary_op_name(op));
        return (struct matrix){0};
    }
    if (left && right)
        return scalar_scalar(ev, expr, steps);
    if (left || right)
        return vector_scalar(ev, expr, steps, left);
    return binary_op_is_set(op) ? eval_set(ev, expr, steps) : eval_match(ev, expr, steps);
}
