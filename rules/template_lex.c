/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/template_lex.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

void tmpl_lex_start(struct tmpl_lexer *lexer, const char *text, size_t length)
{
    *lexer = (struct tmpl_lexer){.text = text, .length = length};
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Go takes letters and digits of all scripts; every byte of such a character counts as one. */
static bool is_word(char c)
{
    return c == '_' || isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

static bool starts(const struct tmpl_lexer *l, size_t at, const char *what)
{
    size_t n = strlen(what);
    return l->length - at >= n && memcmp(l->text + at, what, n) == 0;
}

static char char_at(const struct tmpl_lexer *l, size_t at)
{
    return at < l->length ? l->text[at] : '\0';
}

static struct tmpl_token token(const struct tmpl_lexer *l, enum tmpl_token_kind kind, size_t from,
                               size_t to)
{
    return (struct tmpl_token){kind, from, l->text + from, to - from};
}

static struct tmpl_token problem(struct tmpl_lexer *l, size_t at, const char *text)
{
    snprintf(l->problem, sizeof l->problem, "%s", text);
    return (struct tmpl_token){TMPL_ERROR, at, l->problem, strlen(l->problem)};
}

/* Takes a token of a fixed width. */
static struct tmpl_token take(struct tmpl_lexer *l, enum tmpl_token_kind kind, size_t width)
{
    l->at += width;
    return token(l, kind, l->at - width, l->at);
}

/* Whether " -}}" stands at a place: the marker that trims what follows the action. */
static bool is_right_trim(const struct tmpl_lexer *l, size_t at)
{
    return is_space(char_at(l, at)) && starts(l, at + 1, "-}}");
}

/* Steps over a comment whose action begins at l->at; false where it is not closed. */
static bool skip_comment(struct tmpl_lexer *l, size_t body)
{
    const char *end = memmem(l->text + body + 2, l->length - body - 2, "*/", 2);
    if (!end)
        return false;
    size_t at = (size_t)(end - l->text) + 2;
    l->trim_next = is_right_trim(l, at);
    if (!l->trim_next && !starts(l, at, "}}"))
        return false;
    l->at = at + (l->trim_next ? 4 : 2);
    return true;
}

/* Where the text that l->at is in ends: at the next action, or at the end. */
static size_t text_end(const struct tmpl_lexer *l)
{
    const char *left = memmem(l->text + l->at, l->length - l->at, "{{", 2);
    return left ? (size_t)(left - l->text) : l->length;
}

/* The width of "{{" with its trim marker, of which the blank behind it is no part. */
static size_t left_width(const struct tmpl_lexer *l, size_t at)
{
    return char_at(l, at + 2) == '-' && is_space(char_at(l, at + 3)) ? 3 : 2;
}

/* Text up to the next action, trimmed by the markers around it; it can be empty. */
static struct tmpl_token lex_text(struct tmpl_lexer *l)
{
    size_t from = l->at, end = text_end(l), to = end;
    if (l->trim_next)
        while (from < to && is_space(l->text[from]))
            from++;
    if (end < l->length && left_width(l, end) == 3)
        while (to > from && is_space(l->text[to - 1]))
            to--;
    l->trim_next = false;
    l->at = end;
    return token(l, TMPL_TEXT, from, to);
}

static struct tmpl_token lex_outside(struct tmpl_lexer *l)
{
    for (;;) {
        if (l->at == l->length)
            return token(l, TMPL_EOF, l->at, l->at);
        struct tmpl_token text = lex_text(l);
        if (text.length)
            return text;
        if (l->at == l->length)
            continue;
        size_t width = left_width(l, l->at);
        size_t body = l->at + width + (width == 3);
        if (!starts(l, body, "/*")) {
            l->inside = true;
            l->parens = 0;
            return take(l, TMPL_LEFT, width);
        }
        size_t at = l->at;
        if (!skip_comment(l, body))
            return problem(l, at, "unclosed comment, or one that does not end its action");
    }
}

static struct tmpl_token lex_right(struct tmpl_lexer *l, size_t width)
{
    if (l->parens)
        return problem(l, l->at, "unclosed left paren");
    l->inside = false;
    l->trim_next = width > 2;
    return take(l, TMPL_RIGHT, width);
}

static struct tmpl_token lex_space(struct tmpl_lexer *l)
{
    size_t from = l->at;
    while (is_space(char_at(l, l->at)) && !is_right_trim(l, l->at))
        l->at++;
    if (l->at == from)
        return lex_right(l, 4); /* the blank belongs to the marker */
    return token(l, TMPL_SPACE, from, l->at);
}

static struct tmpl_token lex_quoted(struct tmpl_lexer *l, char quote, enum tmpl_token_kind kind)
{
    size_t from = l->at++;
    for (;; l->at++) {
        char c = char_at(l, l->at);
        if (l->at >= l->length || (c == '\n' && quote != '`'))
            return problem(l, from, "unterminated quoted string");
        if (c == '\\' && quote != '`' && l->at + 1 < l->length && l->text[l->at + 1] != '\n')
            l->at++;
        else if (c == quote)
            break;
    }
    l->at++;
    return token(l, kind, from, l->at);
}

static struct tmpl_token lex_number(struct tmpl_lexer *l)
{
    size_t from = l->at;
    if (char_at(l, l->at) == '+' || char_at(l, l->at) == '-')
        l->at++;
    bool hex = starts(l, l->at, "0x") || starts(l, l->at, "0X");
    for (;; l->at++) {
        char c = char_at(l, l->at), last = l->at > from ? l->text[l->at - 1] : '0';
        bool exponent = hex ? last == 'p' || last == 'P' : last == 'e' || last == 'E';
        if (!isalnum((unsigned char)c) && c != '.' && c != '_' &&
            !((c == '+' || c == '-') && exponent))
            break;
    }
    return token(l, TMPL_NUMBER, from, l->at);
}

/* Whether a name may end here. */
static bool at_terminator(const struct tmpl_lexer *l)
{
    char c = char_at(l, l->at);
    return l->at >= l->length || is_space(c) || strchr(".,|:)(", c) || starts(l, l->at, "}}");
}

static struct tmpl_token bad_character(struct tmpl_lexer *l, const char *what)
{
    char text[sizeof l->problem];
    unsigned char c = (unsigned char)char_at(l, l->at);
    snprintf(text, sizeof text, isprint(c) ? "%s '%c'" : "%s 0x%02x", what, c);
    return problem(l, l->at, text);
}

/* A name of `skip` bytes of sign ("." or "$" or none) and a word. */
static struct tmpl_token lex_word(struct tmpl_lexer *l, enum tmpl_token_kind kind, size_t sign)
{
    size_t from = l->at;
    l->at += sign;
    while (is_word(char_at(l, l->at)) && l->at < l->length)
        l->at++;
    if (!at_terminator(l))
        return bad_character(l, "bad character");
    return token(l, kind, kind == TMPL_FIELD ? from + 1 : from, l->at);
}

static struct tmpl_token lex_inside(struct tmpl_lexer *l)
{
    char c = char_at(l, l->at);
    if (starts(l, l->at, "}}"))
        return lex_right(l, 2);
    if (l->at >= l->length)
        return problem(l, l->length, "unclosed action");
    if (is_space(c))
        return lex_space(l);
    if (starts(l, l->at, ":="))
        return take(l, TMPL_DECLARE, 2);
    if (c == '"' || c == '`')
        return lex_quoted(l, c, TMPL_STRING);
    if (c == '\'')
        return lex_quoted(l, c, TMPL_CHAR);
    if (c == '$')
        return lex_word(l, TMPL_VARIABLE, 1);
    bool digit_follows = isdigit((unsigned char)char_at(l, l->at + 1));
    if (isdigit((unsigned char)c) || c == '+' || c == '-' || (c == '.' && digit_follows))
        return lex_number(l);
    if (c == '.')
        return is_word(char_at(l, l->at + 1)) ? lex_word(l, TMPL_FIELD, 1) : take(l, TMPL_DOT, 1);
    if (isalpha((unsigned char)c) || c == '_')
        return lex_word(l, TMPL_IDENTIFIER, 0);
    switch (c) {
    case '=':
        return take(l, TMPL_ASSIGN, 1);
    case '|':
        return take(l, TMPL_PIPE, 1);
    case ',':
        return take(l, TMPL_COMMA, 1);
    case '(':
        l->parens++;
        return take(l, TMPL_LEFT_PAREN, 1);
    case ')':
        if (--l->parens < 0)
            return problem(l, l->at, "unexpected right paren");
        return take(l, TMPL_RIGHT_PAREN, 1);
    }
    return bad_character(l, "unrecognized character in action:");
}

struct tmpl_token tmpl_lex_next(struct tmpl_lexer *lexer)
{
    return lexer->inside ? lex_inside(lexer) : lex_outside(lexer);
}
