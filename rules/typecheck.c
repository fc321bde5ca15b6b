/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/functions.h"
#include "rules/parse.h"

static void expect_type(struct parser *p, const struct expr *expr, enum promql_type wanted,
                        const char *context, const char *name)
{
    if (expr->type == wanted)
        return;
    parse_fail(p, expr->place, "expected type %s in %s%s%s%s, got %s", promql_type_name(wanted),
               context, *name ? " \"" : "", name, *name ? "\"" : "", promql_type_name(expr->type));
}

static void check_selector(struct parser *p, struct expr *expr)
{
    const struct selector *s = &expr->selector;
    bool selects = false;
    struct error e;
    expr->type = PROMQL_VECTOR;
    for (size_t i = 0; i + 1 < s->matcher_count && s->name; i++)
        if (strcmp(s->matchers[i].name, LABEL_NAME) == 0)
            parse_fail(p, expr->place, "metric name must not be set twice: \"%.60s\" or \"%.60s\"",
                       s->name, s->matchers[i].value);
    for (size_t i = 0; i < s->matcher_count; i++)
        selects |= matchers_test(&s->matchers[i], 1, &labels_empty, &e) == 0;
    if (!selects)
        parse_fail(p, expr->place, "vector selector must contain at least one non-empty matcher");
}

static size_t count_types(const struct function *f)
{
    size_t count = 0;
    while (count < FUNCTION_MAX_TYPES && f->takes[count] != PROMQL_NONE)
        count++;
    return count;
}

static void check_call(struct parser *p, struct expr *expr)
{
    const struct function *f = expr->call.function;
    size_t count = expr->call.count, types = count_types(f);
    size_t least = types - (f->more != 0), most = f->more > 0 ? least + (size_t)f->more : count;
    expr->type = f->gives;
    if (!f->more && count != types)
        parse_fail(p, expr->place, "expected %zu argument(s) in call to \"%s\", got %zu", types,
                   f->name, count);
    else if (f->more && count < least)
        parse_fail(p, expr->place, "expected at least %zu argument(s) in call to \"%s\", got %zu",
                   least, f->name, count);
    else if (f->more && count > most)
        parse_fail(p, expr->place, "expected at most %zu argument(s) in call to \"%s\", got %zu",
                   most, f->name, count);
    for (size_t i = 0; i < count && !p->failed; i++)
        expect_type(p, expr->call.args[i], f->takes[i < types ? i : types - 1], "call to function",
                    f->name);
}

static void check_aggregate(struct parser *p, struct expr *expr)
{
    const struct aggregate_kind *kind = expr->aggregate.kind;
    expr->type = PROMQL_VECTOR;
    expect_type(p, expr->aggregate.inner, PROMQL_VECTOR, "aggregation expression", "");
    if (kind->param != PROMQL_NONE)
        expect_type(p, expr->aggregate.param, kind->param, "aggregation parameter", "");
}

static void check_matching(struct parser *p, struct expr *expr)
{
    const struct matching *m = expr->binary.matching;
    const char *name = binary_op_name(expr->binary.op);
    bool vectors =
        expr->binary.left->type == PROMQL_VECTOR && expr->binary.right->type == PROMQL_VECTOR;
    for (size_t i = 0; i < m->label_count; i++)
        for (size_t j = 0; j < m->include_count; j++)
            if (m->on && strcmp(m->labels[i], m->include[j]) == 0)
                parse_fail(p, expr->place,
                           "label \"%.60s\" must not occur in ON and GROUP clause at once",
                           m->labels[i]);
    if (!vectors && m->label_count)
        parse_fail(p, expr->place, "vector matching only allowed between instant vectors");
    if (!vectors && binary_op_is_set(expr->binary.op))
        parse_fail(p, expr->place, "set operator \"%s\" not allowed in binary scalar expression",
                   name);
    if (binary_op_is_set(expr->binary.op) && m->cardinality != ONE_TO_ONE)
        parse_fail(p, expr->place, "no grouping allowed for \"%s\" operation", name);
}

static void check_binary(struct parser *p, struct expr *expr)
{
    const struct expr *left = expr->binary.left, *right = expr->binary.right;
    bool compares = binary_op_compares(expr->binary.op);
    bool scalars = left->type == PROMQL_SCALAR && right->type == PROMQL_SCALAR;
    expr->type = scalars ? PROMQL_SCALAR : PROMQL_VECTOR;
    if (expr->binary.want_bool && !compares)
        parse_fail(p, expr->place, "bool modifier can only be used on comparison operators");
    if (compares && !expr->binary.want_bool && scalars)
        parse_fail(p, expr->place, "comparisons between scalars must use BOOL modifier");
    if (scalars && (expr->binary.op == BINARY_TRIM_UPPER || expr->binary.op == BINARY_TRIM_LOWER))
        parse_fail(p, expr->place, "operator \"%s\" not allowed for Scalar operations",
                   binary_op_name(expr->binary.op));
    for (int i = 0; i < 2; i++) {
        const struct expr *side = i ? right : left;
        if (side->type != PROMQL_SCALAR && side->type != PROMQL_VECTOR)
            parse_fail(p, side->place,
                       "binary expression must contain only scalar and instant vector types");
    }
    check_matching(p, expr);
    if (left->type != PROMQL_VECTOR || right->type != PROMQL_VECTOR)
        expr->binary.matching = NULL;
    else if (binary_op_is_set(expr->binary.op))
        expr->binary.matching->cardinality = MANY_TO_MANY;
}

static void check_unary(struct parser *p, struct expr *expr)
{
    expr->type = expr->unary.inner->type;
    if (expr->type != PROMQL_SCALAR && expr->type != PROMQL_VECTOR)
        parse_fail(p, expr->place,
                   "unary expression only allowed on expressions of type scalar or instant "
                   "vector, got \"%s\"",
                   promql_type_name(expr->type));
}

static void check_node(struct parser *p, struct expr *expr)
{
    switch (expr->kind) {
    case EXPR_NUMBER:
        expr->type = PROMQL_SCALAR;
        break;
    case EXPR_STRING:
        expr->type = PROMQL_STRING;
        break;
    case EXPR_SELECTOR:
        check_selector(p, expr);
        break;
    case EXPR_RANGE:
        expr->type = PROMQL_MATRIX;
        break;
    case EXPR_SUBQUERY:
        expr->type = PROMQL_MATRIX;
        if (expr->subquery.inner->type != PROMQL_VECTOR)
            parse_fail(p, expr->place, "subquery is only allowed on instant vector, got %s instead",
                       promql_type_name(expr->subquery.inner->type));
        break;
    case EXPR_CALL:
        check_call(p, expr);
        break;
    case EXPR_AGGREGATE:
        check_aggregate(p, expr);
        break;
    case EXPR_BINARY:
        check_binary(p, expr);
        break;
    case EXPR_UNARY:
        check_unary(p, expr);
        break;
    case EXPR_PAREN:
        expr->type = expr->inner->type;
        break;
    }
}

/* Whether a node gives the same at each step, its children being invariant or not. */
static bool is_invariant(const struct expr *expr, bool children)
{
    switch (expr->kind) {
    case EXPR_NUMBER:
    case EXPR_STRING:
        return true;
    case EXPR_SELECTOR:
        return expr->selector.shift.at != AT_NONE;
    case EXPR_SUBQUERY:
        return expr->subquery.shift.at != AT_NONE;
    case EXPR_CALL:
        return children && !expr->call.function->uses_time;
    default:
        return children;
    }
}

/* A chain of operators is a tree as deep as it is long, so depth is bounded here once more. */
void parse_check(struct parser *p, struct expr *expr)
{
    bool children = true;
    struct expr *child;
    if (++p->depth > PROMQL_MAX_DEPTH) {
        parse_fail(p, expr->place, "expression nests deeper than %d levels", PROMQL_MAX_DEPTH);
        return;
    }
    for (size_t i = 0; (child = expr_child(expr, i)); i++) {
        parse_check(p, child);
        if (p->failed)
            return;
        children = children && child->invariant;
    }
    p->depth--;
    check_node(p, expr);
    expr->invariant = is_invariant(expr, children);
}
