/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_LEX_H
#define RULES_LEX_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of an expression: from start up to, not including, end. */
struct place {
    size_t start, end;
    unsigned line, column; /* of start, from 1, in bytes */
};

enum token_kind {
    TOKEN_END,
    TOKEN_ERROR,
    TOKEN_IDENTIFIER, /* keywords too: which ones are is the parser's business */
    TOKEN_NUMBER,
    TOKEN_DURATION,
    TOKEN_STRING, /* with its quotes */
    TOKEN_COMMA,
    TOKEN_COLON,
    TOKEN_AT,
    TOKEN_LEFT_PAREN,
    TOKEN_RIGHT_PAREN,
    TOKEN_LEFT_BRACE,
    TOKEN_RIGHT_BRACE,
    TOKEN_LEFT_BRACKET,
    TOKEN_RIGHT_BRACKET,
    TOKEN_ASSIGN,
    TOKEN_MATCH,
    TOKEN_NOT_MATCH,
    TOKEN_EQUAL,
    TOKEN_NOT_EQUAL,
    TOKEN_LESS,
    TOKEN_LESS_EQUAL,
    TOKEN_GREATER,
    TOKEN_GREATER_EQUAL,
    TOKEN_TRIM_UPPER,
    TOKEN_TRIM_LOWER,
    TOKEN_ADD,
    TOKEN_SUB,
    TOKEN_MUL,
    TOKEN_DIV,
    TOKEN_MOD,
    TOKEN_POW,
};

struct token {
    enum token_kind kind;
    struct place place;
    const char *text; /* not ended by a NUL */
    size_t length;
};

struct lexer {
    const char *text; /* ends in a NUL that length does not count */
    size_t length, at;
    size_t counted, line_start; /* lines are counted up to the one, the last starts at the other */
    unsigned line;
    bool in_bracket; /* between [ and ], where a colon stands alone */
    char error[128]; /* what is wrong, after TOKEN_ERROR */
};

/* text must end in a NUL, which length does not count. */
void lex_init(struct lexer *lexer, const char *text, size_t length);

/* The next token; blanks and comments are skipped. After TOKEN_ERROR it must not be asked again. */
struct token lex_next(struct lexer *lexer);

/* Whether the token is this word, whatever its case. */
bool token_is(const struct token *token, const char *word);

#endif
