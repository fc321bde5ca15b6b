/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/ast.h"

static const char *const binary_names[] = {
    [BINARY_ADD] = "+",         [BINARY_SUB] = "-",         [BINARY_MUL] = "*",
    [BINARY_DIV] = "/",         [BINARY_MOD] = "%",         [BINARY_POW] = "^",
    [BINARY_ATAN2] = "atan2",   [BINARY_EQUAL] = "==",      [BINARY_NOT_EQUAL] = "!=",
    [BINARY_GREATER] = ">",     [BINARY_LESS] = "<",        [BINARY_GREATER_EQUAL] = ">=",
    [BINARY_LESS_EQUAL] = "<=", [BINARY_TRIM_UPPER] = "</", [BINARY_TRIM_LOWER] = ">/",
    [BINARY_AND] = "and",       [BINARY_OR] = "or",         [BINARY_UNLESS] = "unless",
};

const char *binary_op_name(enum binary_op op)
{
    return binary_names[op];
}

bool binary_op_compares(enum binary_op op)
{
    return op >= BINARY_EQUAL && op <= BINARY_LESS_EQUAL;
}

bool binary_op_is_set(enum binary_op op)
{
    return op >= BINARY_AND;
}

const char *promql_type_name(enum promql_type type)
{
    static const char *const names[] = {
        [PROMQL_NONE] = "none",
        [PROMQL_SCALAR] = "scalar",
        [PROMQL_VECTOR] = "instant vector",
        [PROMQL_MATRIX] = "range vector",
        [PROMQL_STRING] = "string",
    };
    return names[type];
}

enum promql_type promql_type_of(const struct expr *expr)
{
    return expr->type;
}

const struct expr *expr_unwrap(const struct expr *expr)
{
    while (expr && expr->kind == EXPR_PAREN)
        expr = expr->inner;
    return expr;
}

struct expr *expr_child(const struct expr *expr, size_t index)
{
    struct expr *both[2] = {NULL, NULL};
    switch (expr->kind) {
    case EXPR_NUMBER:
    case EXPR_STRING:
    case EXPR_SELECTOR:
        return NULL;
    case EXPR_CALL:
        return index < expr->call.count ? expr->call.args[index] : NULL;
    case EXPR_RANGE:
        both[0] = expr->range.selector;
        break;
    case EXPR_SUBQUERY:
        both[0] = expr->subquery.inner;
        break;
    case EXPR_AGGREGATE:
        both[0] = expr->aggregate.inner;
        both[1] = expr->aggregate.param;
        break;
    case EXPR_BINARY:
        both[0] = expr->binary.left;
        both[1] = expr->binary.right;
        break;
    case EXPR_UNARY:
        both[0] = expr->unary.inner;
        break;
    case EXPR_PAREN:
        both[0] = expr->inner;
        break;
    }
    return index < 2 ? both[index] : NULL;
}

static bool is_shifted(const struct shift *shift)
{
    return shift->at != AT_NONE || shift->offset_ms != 0;
}

bool promql_looks_back(const struct expr *expr)
{
    if (expr->kind == EXPR_RANGE || expr->kind == EXPR_SUBQUERY ||
        (expr->kind == EXPR_SELECTOR && is_shifted(&expr->selector.shift)))
        return true;
    struct expr *child;
    for (size_t i = 0; (child = expr_child(expr, i)); i++)
        if (promql_looks_back(child))
            return true;
    return false;
}
