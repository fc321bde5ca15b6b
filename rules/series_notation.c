/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/series_notation.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/batch.h"
#include "rules/literal.h"
#include "rules/parse.h"

/* label = ( identifier | string ) "=" string | string ; the last is the metric's name. */
static bool parse_label(struct parser *p, struct label *label)
{
    bool quoted = p->token.kind == TOKEN_STRING;
    if (quoted)
        label->name = parse_string(p);
    else if (p->token.kind == TOKEN_IDENTIFIER && !memchr(p->token.text, ':', p->token.length))
        label->name = arena_strndup(p->arena, p->token.text, p->token.length);
    else
        return parse_unexpected(p, "label set", "identifier or \"}\"");
    if (!quoted)
        parse_advance(p);
    if (quoted && p->token.kind != TOKEN_ASSIGN) {
        *label = (struct label){LABEL_NAME, label->name};
        return !p->failed;
    }
    if (!parse_expect(p, TOKEN_ASSIGN, "label set", "\"=\""))
        return false;
    if (p->token.kind != TOKEN_STRING)
        return parse_unexpected(p, "label set", "string");
    label->value = parse_string(p);
    return !p->failed;
}

/* metric = [ name ] [ "{" [ label { "," label } [ "," ] ] "}" ] */
static const struct labels *parse_metric(struct parser *p)
{
    struct label *labels = NULL;
    size_t count = 0, room = 0;
    parse_advance(p);
    if (parse_is_metric_name(&p->token)) {
        labels = arena_grow(p->arena, labels, count, &room, sizeof *labels);
        labels[count++] =
            (struct label){LABEL_NAME, arena_strndup(p->arena, p->token.text, p->token.length)};
        parse_advance(p);
    }
    if (p->token.kind == TOKEN_LEFT_BRACE) {
        parse_advance(p);
        while (p->token.kind != TOKEN_RIGHT_BRACE && !p->failed) {
            labels = arena_grow(p->arena, labels, count, &room, sizeof *labels);
            if (!parse_label(p, &labels[count++]))
                return NULL;
            if (p->token.kind == TOKEN_COMMA)
                parse_advance(p);
            else if (p->token.kind != TOKEN_RIGHT_BRACE)
                return parse_unexpected(p, "label set", "\",\" or \"}\"");
        }
        parse_advance(p);
    }
    if (!p->failed && p->token.kind != TOKEN_END)
        return parse_unexpected(p, "series", "");
    return p->failed ? NULL : labels_new(p->arena, labels, count);
}

int series_parse_labels(const char *text, size_t length, struct arena *arena,
                        const struct labels **labels, struct error *e)
{
    struct promql_error error = {0};
    struct parser p = {.arena = arena, .error = &error};
    lex_init(&p.lexer, arena_strndup(arena, text, length), length);
    *labels = parse_metric(&p);
    if (*labels)
        return 0;
    return error_set(e, -EINVAL, "series: %s at column %zu of `%.*s`", error.text, error.start + 1,
                     (int)(length > 200 ? 200 : length), text);
}

/* Where the labels end: behind their brace, or at the first blank. */
static size_t labels_length(const char *text, size_t length)
{
    char quote = 0;
    size_t at = strcspn(text, " \t{");
    while (at < length && (text[at] == ' ' || text[at] == '\t'))
        at++;
    if (at >= length || text[at] != '{' || text[at + 1] == '{')
        return strcspn(text, " \t{");
    for (; at < length; at++) {
        if (quote && text[at] == '\\' && quote != '`')
            at++;
        else if (quote)
            quote = text[at] == quote ? 0 : quote;
        else if (strchr("\"'`", text[at]))
            quote = text[at];
        else if (text[at] == '}')
            return at + 1;
    }
    return length;
}

struct reader {
    const char *at;
    struct arena *arena;
    struct series_notation *out;
    size_t room;
    struct error *e;
};

static bool is_end(char c)
{
    return !c || c == ' ' || c == '\t';
}

/* A number without sign; x ends it, so there are no hexadecimals. */
static bool take_number(struct reader *r, double *v)
{
    const char *from = r->at;
    while (isdigit((unsigned char)*r->at) || *r->at == '.')
        r->at++;
    if (r->at > from && (*r->at == 'e' || *r->at == 'E')) {
        const char *digits = r->at + 1 + (r->at[1] == '+' || r->at[1] == '-');
        if (isdigit((unsigned char)*digits))
            r->at = digits + strspn(digits, "0123456789");
    }
    if (r->at == from)
        while (isalpha((unsigned char)*r->at) && *r->at != 'x')
            r->at++;
    return literal_number(from, (size_t)(r->at - from), v);
}

static bool take_signed(struct reader *r, double *v)
{
    double sign = *r->at == '-' ? -1 : 1;
    r->at += *r->at == '-' || *r->at == '+';
    if (!take_number(r, v))
        return false;
    *v *= sign;
    return true;
}

/* "x5"; 0 where there is none. False where it is wrong or too much. */
static bool take_repeat(struct reader *r, size_t *count)
{
    *count = 0;
    if (*r->at != 'x')
        return true;
    if (!isdigit((unsigned char)*++r->at))
        return false;
    for (; isdigit((unsigned char)*r->at) && *count <= SERIES_MAX_VALUES; r->at++)
        *count = *count * 10 + (size_t)(*r->at - '0');
    return *count <= SERIES_MAX_VALUES;
}

/* Room for so many more values: no more than needed for the one run that most series are. */
static void make_room(struct reader *r, size_t count)
{
    struct series_notation *out = r->out;
    if (count <= r->room - out->count)
        return;
    size_t needed = out->count + count;
    r->room = needed > 2 * r->room ? needed : 2 * r->room;
    struct series_value *values = ARENA_ARRAY(r->arena, struct series_value, r->room);
    if (out->count)
        memcpy(values, out->values, out->count * sizeof *values);
    out->values = values;
}

static bool add(struct reader *r, struct series_value value, size_t count, double step)
{
    struct series_notation *out = r->out;
    if (count > SERIES_MAX_VALUES - out->count)
        return false;
    make_room(r, count);
    for (size_t i = 0; i < count; i++, value.v += step)
        out->values[out->count++] = value;
    return true;
}

/* "{{...}}", with others added to or taken from it again and again: none is read. */
static bool read_histogram(struct reader *r)
{
    size_t count;
    do {
        r->at += *r->at == '+' || *r->at == '-';
        const char *end = strstr(r->at, "}}");
        if (strncmp(r->at, "{{", 2) != 0 || !end)
            return false;
        r->at = end + 2;
    } while (*r->at == '+' || *r->at == '-');
    return take_repeat(r, &count) && add(r, (struct series_value){.histogram = true}, count + 1, 0);
}

static bool read_value(struct reader *r)
{
    struct series_value value = {0};
    double step = 0;
    size_t count;
    if (*r->at == '{')
        return read_histogram(r);
    if (*r->at == '_') {
        bool repeated = *++r->at == 'x';
        return take_repeat(r, &count) &&
               add(r, (struct series_value){.omitted = true}, repeated ? count : 1, 0);
    }
    if (strncmp(r->at, "stale", 5) == 0 && is_end(r->at[5])) {
        r->at += 5;
        value.v = stale_nan();
        return add(r, value, 1, 0);
    }
    if (!take_signed(r, &value.v))
        return false;
    bool stepped = *r->at == '+' || *r->at == '-';
    if (stepped && (!take_signed(r, &step) || *r->at != 'x'))
        return false;
    return take_repeat(r, &count) && add(r, value, count + 1, step);
}

int series_parse(const char *text, size_t length, struct arena *arena,
                 struct series_notation *series, struct error *e)
{
    const char *copy = arena_strndup(arena, text, length);
    size_t metric = labels_length(copy, strlen(copy));
    struct reader r = {.at = copy + metric, .arena = arena, .out = series, .e = e};
    *series = (struct series_notation){0};
    int code = series_parse_labels(copy, metric, arena, &series->labels, e);
    while (!code && *r.at) {
        r.at += strspn(r.at, " \t");
        const char *from = r.at;
        if (*r.at && (!read_value(&r) || !is_end(*r.at)))
            code = error_set(e, -EINVAL, "series: wrong value, or too many, at `%.40s` of `%.200s`",
                             from, copy);
    }
    return code;
}
