/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rules/literal.h"
#include "rules/parse.h"
#include "rules/regex.h"

/* Keywords that the grammar keeps to itself; the others may name metrics. */
bool parse_is_metric_name(const struct token *token)
{
    static const char *const reserved[] = {"bool",        "on",    "ignoring", "group_left",
                                           "group_right", "atan2", "inf",      "nan"};
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (token_is(token, reserved[i]))
            return false;
    return token->kind == TOKEN_IDENTIFIER;
}

static const struct match_syntax {
    enum token_kind token;
    enum match_op op;
} match_syntax[] = {
    {TOKEN_ASSIGN, MATCH_EQUAL},
    {TOKEN_NOT_EQUAL, MATCH_NOT_EQUAL},
    {TOKEN_MATCH, MATCH_REGEX},
    {TOKEN_NOT_MATCH, MATCH_NOT_REGEX},
};

static bool match_op_at(struct parser *p, enum match_op *op)
{
    for (size_t i = 0; i < sizeof match_syntax / sizeof *match_syntax; i++) {
        if (match_syntax[i].token == p->token.kind) {
            *op = match_syntax[i].op;
            return true;
        }
    }
    return false;
}

static bool compile_matcher(struct parser *p, struct matcher *matcher, struct place place)
{
    const struct regex *regex;
    struct error e;
    if (matcher->op != MATCH_REGEX && matcher->op != MATCH_NOT_REGEX)
        return true;
    if (regex_compile(matcher->value, p->arena, &regex, &e)) {
        parse_fail(p, place, "%s", e.text);
        return false;
    }
    matcher->regex = regex;
    matcher->test = regex_match;
    return true;
}

/* matcher = ( identifier | string ) ( "=" | "!=" | "=~" | "!~" ) string | string */
static bool parse_matcher(struct parser *p, struct matcher *matcher)
{
    struct token name = p->token;
    *matcher = (struct matcher){.op = MATCH_EQUAL};
    if (name.kind == TOKEN_STRING) {
        matcher->name = parse_string(p);
    } else if (name.kind == TOKEN_IDENTIFIER && !memchr(name.text, ':', name.length)) {
        matcher->name = arena_strndup(p->arena, name.text, name.length);
        parse_advance(p);
    } else {
        return parse_unexpected(p, "label matching", "identifier or \"}\"");
    }
    if (p->failed)
        return false;
    if (!match_op_at(p, &matcher->op)) {
        if (name.kind != TOKEN_STRING)
            return parse_unexpected(p, "label matching", "label matching operator");
        /* A string alone is the metric's name. */
        matcher->value = matcher->name;
        matcher->name = LABEL_NAME;
        return true;
    }
    parse_advance(p);
    if (p->token.kind != TOKEN_STRING)
        return parse_unexpected(p, "label matching", "string");
    matcher->value = parse_string(p);
    return matcher->value && compile_matcher(p, matcher, parse_from(p, name.place));
}

/* matchers = "{" [ matcher { "," matcher } [ "," ] ] "}" */
static bool parse_matchers(struct parser *p, struct selector *selector, size_t *room)
{
    struct place open = p->token.place;
    parse_advance(p);
    while (p->token.kind != TOKEN_RIGHT_BRACE) {
        selector->matchers = arena_grow(p->arena, selector->matchers, selector->matcher_count, room,
                                        sizeof *selector->matchers);
        if (p->token.kind == TOKEN_END)
            parse_fail(p, open, "unclosed left brace");
        if (p->failed || !parse_matcher(p, &selector->matchers[selector->matcher_count++]))
            return false;
        if (p->token.kind == TOKEN_COMMA)
            parse_advance(p);
        else if (p->token.kind != TOKEN_RIGHT_BRACE && p->token.kind != TOKEN_END)
            return parse_unexpected(p, "label matching", "\",\" or \"}\"");
    }
    return parse_expect(p, TOKEN_RIGHT_BRACE, "label matching", "\"}\"");
}

/* selector = metric_name [ matchers ] | matchers */
struct expr *parse_selector(struct parser *p)
{
    struct place start = p->token.place;
    size_t room = 0;
    struct selector selector = {0};
    if (p->token.kind == TOKEN_IDENTIFIER) {
        selector.name = arena_strndup(p->arena, p->token.text, p->token.length);
        parse_advance(p);
    }
    if (p->token.kind == TOKEN_LEFT_BRACE && !parse_matchers(p, &selector, &room))
        return NULL;
    if (selector.name) {
        selector.matchers = arena_grow(p->arena, selector.matchers, selector.matcher_count, &room,
                                       sizeof *selector.matchers);
        selector.matchers[selector.matcher_count++] =
            (struct matcher){.op = MATCH_EQUAL, .name = LABEL_NAME, .value = selector.name};
    }
    struct expr *expr = parse_node(p, EXPR_SELECTOR, start);
    expr->selector = selector;
    return p->failed ? NULL : expr;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *parse_label(struct parser *p)
{
    struct token token = p->token;
    double number;
    if (token.kind == TOKEN_STRING) {
        const char *label = parse_string(p);
        if (label && !*label)
            return parse_fail(p, token.place, "invalid label name for grouping: \"\"");
        return label;
    }
    if (token.kind != TOKEN_IDENTIFIER || literal_number(token.text, token.length, &number))
        return parse_unexpected(p, "grouping opts", "label");
    parse_advance(p);
    return arena_strndup(p->arena, token.text, token.length);
}

bool parse_label_list(struct parser *p, const char *const **labels, size_t *count)
{
    const char **list = NULL;
    size_t room = 0, used = 0, kept = 0;
    if (!parse_expect(p, TOKEN_LEFT_PAREN, "grouping opts", "\"(\""))
        return false;
    while (p->token.kind != TOKEN_RIGHT_PAREN && !p->failed) {
        list = arena_grow(p->arena, list, used, &room, sizeof *list);
        list[used] = parse_label(p);
        if (!list[used++])
            return false;
        if (p->token.kind == TOKEN_COMMA)
            parse_advance(p);
        else if (p->token.kind != TOKEN_RIGHT_PAREN)
            return parse_unexpected(p, "grouping opts", "\",\" or \")\"");
    }
    if (used)
        qsort(list, used, sizeof *list, by_text);
    for (size_t i = 0; i < used; i++)
        if (!kept || strcmp(list[kept - 1], list[i]) != 0)
            list[kept++] = list[i];
    *labels = list;
    *count = kept;
    return parse_expect(p, TOKEN_RIGHT_PAREN, "grouping opts", "\")\"");
}
