/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/lex.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/utf8.h"
#include "rules/literal.h"

void lex_init(struct lexer *lexer, const char *text, size_t length)
{
    *lexer = (struct lexer){.text = text, .length = length, .line = 1};
}

bool token_is(const struct token *token, const char *word)
{
    return token->kind == TOKEN_IDENTIFIER && strlen(word) == token->length &&
           strncasecmp(token->text, word, token->length) == 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* The byte at some distance, 0 past the end. */
static char ahead(const struct lexer *lexer, size_t distance)
{
    return lexer->at + distance < lexer->length ? lexer->text[lexer->at + distance] : 0;
}

static void skip_blanks(struct lexer *lexer)
{
    for (;;) {
        while (lexer->at < lexer->length && memchr(" \t\r\n", lexer->text[lexer->at], 4))
            lexer->at++;
        if (ahead(lexer, 0) != '#')
            return;
        while (lexer->at < lexer->length && !memchr("\r\n", lexer->text[lexer->at], 2))
            lexer->at++;
    }
}

static struct token token_of(struct lexer *lexer, enum token_kind kind, size_t start)
{
    for (; lexer->counted < start; lexer->counted++) {
        if (lexer->text[lexer->counted] != '\n')
            continue;
        lexer->line++;
        lexer->line_start = lexer->counted + 1;
    }
    struct place place = {start, lexer->at, lexer->line, (unsigned)(start - lexer->line_start) + 1};
    return (struct token){kind, place, lexer->text + start, lexer->at - start};
}

static struct token failure(struct lexer *lexer, size_t start, const char *what)
{
    snprintf(lexer->error, sizeof lexer->error, "%s", what);
    return token_of(lexer, TOKEN_ERROR, start);
}

static const struct sign {
    const char *text;
    enum token_kind kind;
} signs[] = {
    {"=~", TOKEN_MATCH},
    {"!~", TOKEN_NOT_MATCH},
    {"==", TOKEN_EQUAL},
    {"!=", TOKEN_NOT_EQUAL},
    {"<=", TOKEN_LESS_EQUAL},
    {">=", TOKEN_GREATER_EQUAL},
    {"</", TOKEN_TRIM_UPPER},
    {">/", TOKEN_TRIM_LOWER},
    {"=", TOKEN_ASSIGN},
    {"<", TOKEN_LESS},
    {">", TOKEN_GREATER},
    {",", TOKEN_COMMA},
    {"@", TOKEN_AT},
    {"(", TOKEN_LEFT_PAREN},
    {")", TOKEN_RIGHT_PAREN},
    {"{", TOKEN_LEFT_BRACE},
    {"}", TOKEN_RIGHT_BRACE},
    {"[", TOKEN_LEFT_BRACKET},
    {"]", TOKEN_RIGHT_BRACKET},
    {"+", TOKEN_ADD},
    {"-", TOKEN_SUB},
    {"*", TOKEN_MUL},
    {"/", TOKEN_DIV},
    {"%", TOKEN_MOD},
    {"^", TOKEN_POW},
};

static struct token lex_sign(struct lexer *lexer)
{
    size_t start = lexer->at;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t n = strlen(signs[i].text);
        if (lexer->length - start < n || memcmp(lexer->text + start, signs[i].text, n) != 0)
            continue;
        lexer->at += n;
        return token_of(lexer, signs[i].kind, start);
    }
    size_t n;
    bool invalid = utf8_next(lexer->text + start, &n) == 0xfffd && n == 1;
    lexer->at += n ? n : 1;
    if (invalid)
        return failure(lexer, start, "invalid UTF-8");
    char what[64];
    unsigned char c = (unsigned char)lexer->text[start];
    if (c < ' ' || c == 0x7f)
        snprintf(what, sizeof what, "unexpected character: '\\x%02x'", c);
    else
        snprintf(what, sizeof what, "unexpected character: '%.*s'", (int)n, lexer->text + start);
    return failure(lexer, start, what);
}

/* An identifier, or a metric's name with colons in it. */
static struct token lex_word(struct lexer *lexer)
{
    size_t start = lexer->at;
    while (is_letter(ahead(lexer, 0)) || is_digit(ahead(lexer, 0)) ||
           (ahead(lexer, 0) == ':' && !lexer->in_bracket))
        lexer->at++;
    return token_of(lexer, TOKEN_IDENTIFIER, start);
}

/* Whether the sign here belongs to a number's exponent: 1e-3, but not 0x1e-3. */
static bool in_exponent(const struct lexer *lexer, size_t start)
{
    const char *text = lexer->text + start;
    size_t length = lexer->at - start;
    bool hexadecimal = length > 1 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    return !hexadecimal && (text[length - 1] == 'e' || text[length - 1] == 'E') &&
           is_digit(ahead(lexer, 1));
}

static struct token lex_number(struct lexer *lexer)
{
    size_t start = lexer->at;
    double number;
    int64_t ms;

    lexer->at++;
    for (;; lexer->at++) {
        char c = ahead(lexer, 0);
        if (is_digit(c) || is_letter(c) || c == '.')
            continue;
        if ((c == '+' || c == '-') && in_exponent(lexer, start))
            continue;
        break;
    }
    struct token token = token_of(lexer, TOKEN_NUMBER, start);
    if (literal_number(token.text, token.length, &number))
        return token;
    token.kind = TOKEN_DURATION;
    if (literal_duration(token.text, token.length, &ms))
        return token;
    char what[128];
    snprintf(what, sizeof what, "bad number or duration syntax: \"%.*s\"",
             (int)(token.length > 60 ? 60 : token.length), token.text);
    return failure(lexer, start, what);
}

static struct token lex_string(struct lexer *lexer)
{
    size_t start = lexer->at;
    char quote = lexer->text[lexer->at++];
    while (lexer->at < lexer->length) {
        char c = lexer->text[lexer->at];
        size_t n;
        if (utf8_next(lexer->text + lexer->at, &n) == 0xfffd && n == 1)
            return failure(lexer, lexer->at, "invalid UTF-8 in string");
        if (c == '\n' && quote != '`')
            break;
        lexer->at += n ? n : 1;
        if (c == quote)
            return token_of(lexer, TOKEN_STRING, start);
        if (c == '\\' && quote != '`' && lexer->at < lexer->length)
            lexer->at++;
    }
    return failure(lexer, start,
                   quote == '`' ? "unterminated raw string" : "unterminated quoted string");
}

struct token lex_next(struct lexer *lexer)
{
    skip_blanks(lexer);
    char c = ahead(lexer, 0);
    if (lexer->at >= lexer->length)
        return token_of(lexer, TOKEN_END, lexer->length);
    if (c == ':' && lexer->in_bracket) {
        lexer->at++;
        return token_of(lexer, TOKEN_COLON, lexer->at - 1);
    }
    if (is_letter(c) || c == ':')
        return lex_word(lexer);
    if (is_digit(c) || (c == '.' && is_digit(ahead(lexer, 1))))
        return lex_number(lexer);
    if (c == '"' || c == '\'' || c == '`')
        return lex_string(lexer);
    return lex_sign(lexer);
}
