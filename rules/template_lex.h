/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_TEMPLATE_LEX_H
#define RULES_TEMPLATE_LEX_H

#include <stdbool.h>
#include <stddef.h>

/* The tokens of a template, as Go's text/template/parse cuts them. */
enum tmpl_token_kind {
    TMPL_EOF,
    TMPL_ERROR, /* text says what is wrong */
    TMPL_TEXT,  /* outside of actions, with what trim markers leave */
    TMPL_LEFT,  /* {{ */
    TMPL_RIGHT, /* }} */
    TMPL_SPACE,
    TMPL_PIPE,
    TMPL_LEFT_PAREN,
    TMPL_RIGHT_PAREN,
    TMPL_COMMA,
    TMPL_DECLARE,    /* := */
    TMPL_ASSIGN,     /* = */
    TMPL_DOT,        /* . alone */
    TMPL_FIELD,      /* .name; text is the name */
    TMPL_VARIABLE,   /* $name; text is the whole */
    TMPL_IDENTIFIER, /* a function, keyword, true, false or nil */
    TMPL_NUMBER,
    TMPL_STRING, /* with its quotes, " or ` */
    TMPL_CHAR,   /* with its quotes */
};

struct tmpl_token {
    enum tmpl_token_kind kind;
    size_t at; /* byte of the template */
    const char *text;
    size_t length;
};

struct tmpl_lexer {
    const char *text;
    size_t length, at;
    bool inside;    /* of an action */
    bool trim_next; /* a trim marker closed the last action */
    int parens;
    char problem[80];
};

void tmpl_lex_start(struct tmpl_lexer *lexer, const char *text, size_t length);

/* The next token; after TMPL_ERROR there is none. */
struct tmpl_token tmpl_lex_next(struct tmpl_lexer *lexer);

#endif
