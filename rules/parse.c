/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/parse.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/utf8.h"
#include "rules/literal.h"

__attribute__((format(printf, 4, 0))) static void
record(struct parser *p, struct place place, bool experimental, const char *format, va_list args)
{
    if (p->failed)
        return;
    p->failed = true;
    p->token.kind = TOKEN_END;
    p->error->start = place.start;
    p->error->end = place.end;
    p->error->experimental = experimental;
    vsnprintf(p->error->text, sizeof p->error->text, format, args);
}

void *parse_fail(struct parser *p, struct place place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    record(p, place, false, format, args);
    va_end(args);
    return NULL;
}

void *parse_fail_experimental(struct parser *p, struct place place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    record(p, place, true, format, args);
    va_end(args);
    return NULL;
}

void parse_advance(struct parser *p)
{
    if (p->failed)
        return;
    p->end = p->token.place.end;
    p->token = lex_next(&p->lexer);
    if (p->token.kind == TOKEN_ERROR)
        parse_fail(p, p->token.place, "%s", p->lexer.error);
}

struct token parse_peek(const struct parser *p)
{
    struct lexer ahead = p->lexer;
    return lex_next(&ahead);
}

void *parse_unexpected(struct parser *p, const char *context, const char *expected)
{
    const struct token *t = &p->token;
    char what[64];
    if (p->failed)
        return NULL;
    if (t->kind == TOKEN_END)
        snprintf(what, sizeof what, "end of input");
    else if (t->kind == TOKEN_IDENTIFIER)
        snprintf(what, sizeof what, "identifier \"%.*s\"", (int)(t->length > 40 ? 40 : t->length),
                 t->text);
    else if (t->kind == TOKEN_STRING)
        snprintf(what, sizeof what, "string");
    else
        snprintf(what, sizeof what, "\"%.*s\"", (int)(t->length > 40 ? 40 : t->length), t->text);
    return parse_fail(p, t->place, "unexpected %s%s%s%s%s", what, *context ? " in " : "", context,
                      *expected ? ", expected " : "", expected);
}

bool parse_expect(struct parser *p, enum token_kind kind, const char *context, const char *expected)
{
    if (p->token.kind != kind)
        parse_unexpected(p, context, expected);
    else
        parse_advance(p);
    return !p->failed;
}

const char *parse_string(struct parser *p)
{
    const char *why = NULL;
    const char *value = literal_string(p->token.text, p->token.length, p->arena, &why);
    if (!value)
        return parse_fail(p, p->token.place, "%s", why);
    parse_advance(p);
    return p->failed ? NULL : value;
}

struct place parse_from(const struct parser *p, struct place from)
{
    from.end = p->end;
    return from;
}

struct expr *parse_node(struct parser *p, enum expr_kind kind, struct place from)
{
    struct expr *expr = ARENA_NEW(p->arena, struct expr);
    expr->kind = kind;
    expr->place = parse_from(p, from);
    return expr;
}

static const struct binary_syntax {
    enum token_kind token;
    const char *word; /* instead of a token */
    enum binary_op op;
    int binds; /* the higher, the tighter */
} binary_syntax[] = {
    {TOKEN_IDENTIFIER, "or", BINARY_OR, 1},
    {TOKEN_IDENTIFIER, "and", BINARY_AND, 2},
    {TOKEN_IDENTIFIER, "unless", BINARY_UNLESS, 2},
    {TOKEN_EQUAL, NULL, BINARY_EQUAL, 3},
    {TOKEN_NOT_EQUAL, NULL, BINARY_NOT_EQUAL, 3},
    {TOKEN_GREATER, NULL, BINARY_GREATER, 3},
    {TOKEN_LESS, NULL, BINARY_LESS, 3},
    {TOKEN_GREATER_EQUAL, NULL, BINARY_GREATER_EQUAL, 3},
    {TOKEN_LESS_EQUAL, NULL, BINARY_LESS_EQUAL, 3},
    {TOKEN_TRIM_UPPER, NULL, BINARY_TRIM_UPPER, 3},
    {TOKEN_TRIM_LOWER, NULL, BINARY_TRIM_LOWER, 3},
    {TOKEN_ADD, NULL, BINARY_ADD, 4},
    {TOKEN_SUB, NULL, BINARY_SUB, 4},
    {TOKEN_MUL, NULL, BINARY_MUL, 5},
    {TOKEN_DIV, NULL, BINARY_DIV, 5},
    {TOKEN_MOD, NULL, BINARY_MOD, 5},
    {TOKEN_IDENTIFIER, "atan2", BINARY_ATAN2, 5},
    {TOKEN_POW, NULL, BINARY_POW, 6},
};
enum { BINDS_UNARY = 5, BINDS_POW = 6 };

static const struct binary_syntax *binary_at(const struct token *token)
{
    for (size_t i = 0; i < sizeof binary_syntax / sizeof *binary_syntax; i++) {
        const struct binary_syntax *s = &binary_syntax[i];
        if (s->token == token->kind && (!s->word || token_is(token, s->word)))
            return s;
    }
    return NULL;
}

/* group_modifier = ( "group_left" | "group_right" ) [ label_list ] */
static void parse_group(struct parser *p, struct matching *matching)
{
    bool left = token_is(&p->token, "group_left");
    if (!left && !token_is(&p->token, "group_right"))
        return;
    matching->cardinality = left ? MANY_TO_ONE : ONE_TO_MANY;
    parse_advance(p);
    if (p->token.kind == TOKEN_LEFT_PAREN)
        parse_label_list(p, &matching->include, &matching->include_count);
}

/* binary_modifiers = [ "bool" ] [ ( "on" | "ignoring" ) label_list [ group_modifier ] ] */
static void parse_modifiers(struct parser *p, struct expr *binary)
{
    struct matching *matching = ARENA_NEW(p->arena, struct matching);
    binary->binary.matching = matching;
    if (token_is(&p->token, "bool")) {
        binary->binary.want_bool = true;
        parse_advance(p);
    }
    if (token_is(&p->token, "on") || token_is(&p->token, "ignoring")) {
        matching->on = token_is(&p->token, "on");
        parse_advance(p);
        if (parse_label_list(p, &matching->labels, &matching->label_count))
            parse_group(p, matching);
    }
    struct token next = parse_peek(p);
    if ((token_is(&p->token, "fill") || token_is(&p->token, "fill_left") ||
         token_is(&p->token, "fill_right")) &&
        next.kind == TOKEN_LEFT_PAREN)
        parse_fail_experimental(p, p->token.place, "fill modifiers are experimental");
}

/* paren = "(" expr ")" */
static struct expr *parse_paren(struct parser *p)
{
    struct place open = p->token.place;
    parse_advance(p);
    struct expr *inner = parse_expr(p);
    if (!inner)
        return NULL;
    if (p->token.kind == TOKEN_END)
        return parse_fail(p, open, "unclosed left parenthesis");
    if (!parse_expect(p, TOKEN_RIGHT_PAREN, "parenthesized expression", "\")\""))
        return NULL;
    struct expr *paren = parse_node(p, EXPR_PAREN, open);
    paren->inner = inner;
    return paren;
}

static struct expr *parse_number(struct parser *p)
{
    struct token token = p->token;
    double value = 0;
    int64_t ms;
    bool duration = token.kind == TOKEN_DURATION;
    if (!literal_number(token.text, token.length, &value) &&
        literal_duration(token.text, token.length, &ms))
        value = (double)ms / 1000;
    parse_advance(p);
    struct expr *number = parse_node(p, EXPR_NUMBER, token.place);
    number->number.value = value;
    number->number.duration = duration;
    return number;
}

/* What a word at the start of an operand begins. */
static struct expr *parse_word(struct parser *p)
{
    double value;
    if (literal_number(p->token.text, p->token.length, &value))
        return parse_number(p); /* inf, nan */
    struct token next = parse_peek(p);
    bool grouping = token_is(&next, "by") || token_is(&next, "without");
    if (parse_aggregate_kind(&p->token) && (next.kind == TOKEN_LEFT_PAREN || grouping))
        return parse_aggregate(p);
    if (next.kind == TOKEN_LEFT_PAREN)
        return parse_call(p);
    if (!parse_is_metric_name(&p->token))
        return parse_unexpected(p, "", "");
    return parse_selector(p);
}

/* operand = ( number | string | selector | call | aggregate | paren ) { postfix } */
static struct expr *parse_operand(struct parser *p)
{
    struct expr *operand;
    struct place start = p->token.place;
    switch (p->token.kind) {
    case TOKEN_NUMBER:
    case TOKEN_DURATION:
        operand = parse_number(p);
        break;
    case TOKEN_STRING: {
        const char *value = parse_string(p);
        operand = parse_node(p, EXPR_STRING, start);
        operand->string = value;
        break;
    }
    case TOKEN_IDENTIFIER:
        operand = parse_word(p);
        break;
    case TOKEN_LEFT_BRACE:
        operand = parse_selector(p);
        break;
    case TOKEN_LEFT_PAREN:
        operand = parse_paren(p);
        break;
    default:
        return parse_unexpected(p, "", "");
    }
    return p->failed ? NULL : parse_postfix(p, operand);
}

static struct expr *parse_binary(struct parser *p, int binds);

/* unary = [ "+" | "-" ] operand ; binds as tight as "*", so -2^2 is -4. */
static struct expr *parse_unary(struct parser *p)
{
    bool minus = p->token.kind == TOKEN_SUB;
    struct place start = p->token.place;
    if (!minus && p->token.kind != TOKEN_ADD)
        return parse_operand(p);
    parse_advance(p);
    struct expr *inner = parse_binary(p, BINDS_UNARY + 1);
    if (!inner)
        return NULL;
    if (inner->kind == EXPR_NUMBER) {
        inner->number.value *= minus ? -1 : 1;
        inner->place = parse_from(p, start);
        return inner;
    }
    struct expr *unary = parse_node(p, EXPR_UNARY, start);
    unary->unary.minus = minus;
    unary->unary.inner = inner;
    return unary;
}

/* binary = unary { operator modifiers unary }, with operators that bind at least so tight. */
static struct expr *parse_binary(struct parser *p, int binds)
{
    if (++p->depth > PROMQL_MAX_DEPTH)
        return parse_fail(p, p->token.place, "expression nests deeper than %d levels",
                          PROMQL_MAX_DEPTH);
    struct expr *left = parse_unary(p);
    const struct binary_syntax *s;
    while (left && (s = binary_at(&p->token)) && s->binds >= binds) {
        struct expr *binary = parse_node(p, EXPR_BINARY, left->place);
        binary->binary.op = s->op;
        binary->binary.left = left;
        parse_advance(p);
        parse_modifiers(p, binary);
        binary->binary.right = parse_binary(p, s->binds + (s->binds != BINDS_POW));
        binary->place.end = p->end;
        left = binary->binary.right ? binary : NULL;
    }
    p->depth--;
    return left;
}

/* expr = binary */
struct expr *parse_expr(struct parser *p)
{
    return parse_binary(p, 0);
}

/* Line and column of the error, the column in characters. */
static void find_place(struct promql_error *error, const char *text, size_t length)
{
    size_t n;
    error->line = error->column = 1;
    for (size_t at = 0; at < error->start && at < length; at += n ? n : 1) {
        utf8_next(text + at, &n);
        error->column = text[at] == '\n' ? 1 : error->column + 1;
        error->line += text[at] == '\n';
    }
}

static int parse_text(const char *text, size_t length, bool experimental, struct arena *arena,
                      struct expr **expr, struct promql_error *error)
{
    struct parser p = {.arena = arena, .error = error, .experimental = experimental};
    *error = (struct promql_error){0};
    *expr = NULL;
    if (length > PROMQL_MAX_TEXT) {
        parse_fail(&p, (struct place){0, length, 1, 1}, "expression is longer than %d bytes",
                   PROMQL_MAX_TEXT);
    } else {
        text = arena_strndup(arena, text, length);
        lex_init(&p.lexer, text, length);
        parse_advance(&p);
        if (p.token.kind == TOKEN_END && !p.failed)
            parse_fail(&p, p.token.place, "no expression found in input");
        *expr = p.failed ? NULL : parse_expr(&p);
        if (!p.failed && p.token.kind != TOKEN_END)
            parse_unexpected(&p, "", "");
        if (!p.failed)
            parse_check(&p, *expr);
    }
    if (!p.failed)
        return 0;
    find_place(error, text, length);
    *expr = NULL;
    return -EINVAL;
}

int promql_parse(const char *text, size_t length, struct arena *arena, struct expr **expr,
                 struct promql_error *error)
{
    return parse_text(text, length, false, arena, expr, error);
}

int promql_parse_experimental(const char *text, size_t length, struct arena *arena,
                              struct expr **expr, struct promql_error *error)
{
    return parse_text(text, length, true, arena, expr, error);
}
