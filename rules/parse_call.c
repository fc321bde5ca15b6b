/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/functions.h"
#include "rules/parse.h"

static const struct aggregate_kind aggregate_kinds[] = {
    {"sum", AGGREGATE_SUM, PROMQL_NONE, false},
    {"avg", AGGREGATE_AVG, PROMQL_NONE, false},
    {"count", AGGREGATE_COUNT, PROMQL_NONE, false},
    {"min", AGGREGATE_MIN, PROMQL_NONE, false},
    {"max", AGGREGATE_MAX, PROMQL_NONE, false},
    {"group", AGGREGATE_GROUP, PROMQL_NONE, false},
    {"stddev", AGGREGATE_STDDEV, PROMQL_NONE, false},
    {"stdvar", AGGREGATE_STDVAR, PROMQL_NONE, false},
    {"topk", AGGREGATE_TOPK, PROMQL_SCALAR, false},
    {"bottomk", AGGREGATE_BOTTOMK, PROMQL_SCALAR, false},
    {"count_values", AGGREGATE_COUNT_VALUES, PROMQL_STRING, false},
    {"quantile", AGGREGATE_QUANTILE, PROMQL_SCALAR, false},
    {"limitk", AGGREGATE_LIMITK, PROMQL_SCALAR, true},
    {"limit_ratio", AGGREGATE_LIMIT_RATIO, PROMQL_SCALAR, true},
};

const struct aggregate_kind *parse_aggregate_kind(const struct token *token)
{
    for (size_t i = 0; i < sizeof aggregate_kinds / sizeof *aggregate_kinds; i++)
        if (token_is(token, aggregate_kinds[i].name))
            return &aggregate_kinds[i];
    return NULL;
}

struct args {
    struct expr **at;
    size_t count, room;
};

/* args = "(" [ expr { "," expr } ] ")" */
static bool parse_args(struct parser *p, const char *context, struct args *args)
{
    struct place open = p->token.place;
    if (!parse_expect(p, TOKEN_LEFT_PAREN, context, "\"(\""))
        return false;
    while (p->token.kind != TOKEN_RIGHT_PAREN) {
        if (p->token.kind == TOKEN_END)
            return parse_fail(p, open, "unclosed left parenthesis");
        args->at = arena_grow(p->arena, args->at, args->count, &args->room, sizeof *args->at);
        args->at[args->count] = parse_expr(p);
        if (!args->at[args->count++])
            return false;
        if (p->token.kind == TOKEN_COMMA) {
            struct place comma = p->token.place;
            parse_advance(p);
            if (p->token.kind == TOKEN_RIGHT_PAREN)
                return parse_fail(p, comma, "trailing commas not allowed in function call args");
        } else if (p->token.kind != TOKEN_RIGHT_PAREN && p->token.kind != TOKEN_END) {
            return parse_unexpected(p, context, "\",\" or \")\"");
        }
    }
    return parse_expect(p, TOKEN_RIGHT_PAREN, context, "\")\"");
}

/* call = identifier args */
struct expr *parse_call(struct parser *p)
{
    struct token name = p->token;
    struct args args = {0};
    if (!parse_is_metric_name(&name) || token_is(&name, "by") || token_is(&name, "without") ||
        token_is(&name, "and") || token_is(&name, "or") || token_is(&name, "unless") ||
        memchr(name.text, ':', name.length))
        return parse_unexpected(p, "", "");
    parse_advance(p);
    if (!parse_args(p, "function call", &args))
        return NULL;
    struct expr *call = parse_node(p, EXPR_CALL, name.place);
    call->call.function = function_find(name.text, name.length);
    call->call.args = args.at;
    call->call.count = args.count;
    if (!call->call.function)
        return parse_fail(p, name.place, "unknown function with name \"%.*s\"",
                          (int)(name.length > 60 ? 60 : name.length), name.text);
    const struct function *f = call->call.function;
    if (f->experimental && (!p->experimental || !f->call))
        return parse_fail_experimental(p, name.place, "function \"%s\" is experimental", f->name);
    return call;
}

/* grouping = ( "by" | "without" ) label_list */
static bool parse_grouping(struct parser *p, struct expr *aggregate, bool *found)
{
    if (*found || (!token_is(&p->token, "by") && !token_is(&p->token, "without")))
        return true;
    *found = true;
    aggregate->aggregate.without = token_is(&p->token, "without");
    parse_advance(p);
    return parse_label_list(p, &aggregate->aggregate.labels, &aggregate->aggregate.label_count);
}

/* aggregate = operator ( [ grouping ] args | args grouping ) */
struct expr *parse_aggregate(struct parser *p)
{
    const struct aggregate_kind *kind = parse_aggregate_kind(&p->token);
    struct expr *expr = parse_node(p, EXPR_AGGREGATE, p->token.place);
    struct args args = {0};
    size_t wanted = kind->param == PROMQL_NONE ? 1 : 2;
    bool grouped = false;

    expr->aggregate.kind = kind;
    if (kind->experimental && !p->experimental)
        return parse_fail_experimental(p, p->token.place, "aggregation \"%s\" is experimental",
                                       kind->name);
    parse_advance(p);
    if (!parse_grouping(p, expr, &grouped) || !parse_args(p, "aggregation", &args) ||
        !parse_grouping(p, expr, &grouped))
        return NULL;
    expr->place.end = p->end;
    if (!args.count)
        return parse_fail(p, expr->place, "no arguments for aggregate expression provided");
    if (args.count != wanted)
        return parse_fail(p, expr->place,
                          "wrong number of arguments for aggregate expression provided, expected "
                          "%zu, got %zu",
                          wanted, args.count);
    expr->aggregate.inner = args.at[wanted - 1];
    expr->aggregate.param = wanted == 2 ? args.at[0] : NULL;
    return expr;
}
