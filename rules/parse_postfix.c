/* SPDX-License-Identifier: Apache-2.0 */
/* What follows a selector: [5m], [1h:1m], offset 5m, @ 1234.5, @ start(). */
#include <math.h>

#include "rules/literal.h"
#include "rules/parse.h"

/* Upstream holds durations in 64 bits of nanoseconds. */
static bool to_ms(double seconds, int64_t *ms)
{
    if (!(fabs(seconds) < 9223372036.0))
        return false;
    *ms = (int64_t)round(seconds * 1e9) / 1000000;
    return true;
}

static void *fail_duration_expression(struct parser *p)
{
    return parse_fail_experimental(p, p->token.place, "duration expressions are experimental");
}

bool parse_seconds(struct parser *p, double *seconds)
{
    double sign = p->token.kind == TOKEN_SUB ? -1 : 1;
    int64_t ms;
    if (p->token.kind == TOKEN_SUB || p->token.kind == TOKEN_ADD)
        parse_advance(p);
    if (p->token.kind == TOKEN_NUMBER || token_is(&p->token, "inf") || token_is(&p->token, "nan"))
        literal_number(p->token.text, p->token.length, seconds);
    else if (p->token.kind == TOKEN_DURATION &&
             literal_duration(p->token.text, p->token.length, &ms))
        *seconds = (double)ms / 1000;
    else
        return false;
    *seconds *= sign;
    parse_advance(p);
    return !p->failed;
}

static bool starts_duration_expression(const struct token *token)
{
    return token->kind == TOKEN_LEFT_PAREN || token_is(token, "step") || token_is(token, "range") ||
           token_is(token, "min_of") || token_is(token, "max_of");
}

/* A positive duration between brackets. */
static bool parse_range_duration(struct parser *p, int64_t *ms)
{
    struct place place = p->token.place;
    double seconds;
    if (starts_duration_expression(&p->token))
        return fail_duration_expression(p);
    if (!parse_seconds(p, &seconds))
        return parse_unexpected(p, "subquery or range selector", "number or duration");
    place = parse_from(p, place);
    if (p->token.kind >= TOKEN_ADD && p->token.kind <= TOKEN_POW)
        return fail_duration_expression(p);
    if (!to_ms(seconds, ms))
        return parse_fail(p, place, "duration out of range");
    if (seconds <= 0 || !*ms)
        return parse_fail(p, place, "duration must be greater than 0");
    return true;
}

static struct shift *shift_of(struct parser *p, struct expr *inner, const char *what)
{
    if (inner->kind == EXPR_SELECTOR)
        return &inner->selector.shift;
    if (inner->kind == EXPR_RANGE)
        return &inner->range.selector->selector.shift;
    if (inner->kind == EXPR_SUBQUERY)
        return &inner->subquery.shift;
    return parse_fail(p, inner->place,
                      "%s modifier must be preceded by an instant vector selector or range vector "
                      "selector or a subquery",
                      what);
}

/* offset = "offset" [ "+" | "-" ] ( number | duration ) */
static struct expr *parse_offset(struct parser *p, struct expr *inner)
{
    double seconds;
    int64_t ms;
    struct shift *shift = shift_of(p, inner, "offset");
    parse_advance(p);
    struct place place = p->token.place;
    struct token next = parse_peek(p);
    bool sign = p->token.kind == TOKEN_ADD || p->token.kind == TOKEN_SUB;
    if (starts_duration_expression(sign ? &next : &p->token))
        return fail_duration_expression(p);
    if (p->failed || !parse_seconds(p, &seconds))
        return parse_unexpected(p, "offset", "number or duration");
    if (!to_ms(seconds, &ms))
        return parse_fail(p, place, "duration out of range");
    if (shift->offset_ms)
        return parse_fail(p, inner->place, "offset may not be set multiple times");
    shift->offset_ms = ms;
    inner->place.end = p->end;
    return inner;
}

/* at = "@" ( [ "+" | "-" ] ( number | duration ) | ( "start" | "end" ) "(" ")" ) */
static struct expr *parse_at(struct parser *p, struct expr *inner)
{
    double seconds;
    struct shift *shift = shift_of(p, inner, "@");
    parse_advance(p);
    if (p->failed)
        return NULL;
    if (shift->at != AT_NONE)
        return parse_fail(p, inner->place, "@ <timestamp> may not be set multiple times");
    if (token_is(&p->token, "start") || token_is(&p->token, "end")) {
        shift->at = token_is(&p->token, "start") ? AT_START : AT_END;
        parse_advance(p);
        if (!parse_expect(p, TOKEN_LEFT_PAREN, "@", "\"(\"") ||
            !parse_expect(p, TOKEN_RIGHT_PAREN, "@", "\")\""))
            return NULL;
    } else {
        if (!parse_seconds(p, &seconds))
            return parse_unexpected(p, "@", "timestamp");
        if (!(fabs(seconds) < 4e15))
            return parse_fail(p, inner->place, "timestamp out of bounds for @ modifier: %g",
                              seconds);
        shift->at = AT_TIME;
        shift->at_ms = (int64_t)round(seconds * 1000);
    }
    inner->place.end = p->end;
    return inner;
}

static struct expr *make_range(struct parser *p, struct expr *inner, struct place bracket,
                               int64_t ms)
{
    bracket = parse_from(p, bracket);
    if (inner->kind != EXPR_SELECTOR)
        return parse_fail(p, bracket, "ranges only allowed for vector selectors");
    if (inner->selector.shift.offset_ms)
        return parse_fail(p, bracket, "no offset modifiers allowed before range");
    if (inner->selector.shift.at != AT_NONE)
        return parse_fail(p, bracket, "no @ modifiers allowed before range");
    struct expr *range = parse_node(p, EXPR_RANGE, inner->place);
    range->range.selector = inner;
    range->range.ms = ms;
    return range;
}

static bool end_bracket(struct parser *p, const char *context, const char *expected)
{
    p->lexer.in_bracket = false;
    return parse_expect(p, TOKEN_RIGHT_BRACKET, context, expected);
}

/* range = "[" duration "]" ; subquery = "[" duration ":" [ duration ] "]" */
static struct expr *parse_bracket(struct parser *p, struct expr *inner)
{
    struct place bracket = p->token.place;
    int64_t ms, step_ms = 0;
    p->lexer.in_bracket = true;
    parse_advance(p);
    if (!parse_range_duration(p, &ms))
        return NULL;
    if (p->token.kind != TOKEN_COLON)
        return end_bracket(p, "subquery or range", "\":\" or \"]\"")
                   ? make_range(p, inner, bracket, ms)
                   : NULL;
    parse_advance(p);
    if (p->token.kind != TOKEN_RIGHT_BRACKET && !parse_range_duration(p, &step_ms))
        return NULL;
    if (!end_bracket(p, "subquery selector", "\"]\""))
        return NULL;
    struct expr *subquery = parse_node(p, EXPR_SUBQUERY, inner->place);
    subquery->subquery.inner = inner;
    subquery->subquery.ms = ms;
    subquery->subquery.step_ms = step_ms;
    return subquery;
}

/* postfix = range | subquery | offset | at */
struct expr *parse_postfix(struct parser *p, struct expr *inner)
{
    while (inner && !p->failed) {
        if (p->token.kind == TOKEN_LEFT_BRACKET)
            inner = parse_bracket(p, inner);
        else if (p->token.kind == TOKEN_AT)
            inner = parse_at(p, inner);
        else if (token_is(&p->token, "offset"))
            inner = parse_offset(p, inner);
        else if (token_is(&p->token, "anchored") || token_is(&p->token, "smoothed"))
            return parse_fail_experimental(p, p->token.place,
                                           "anchored and smoothed ranges are experimental");
        else
            return inner;
    }
    return NULL;
}
