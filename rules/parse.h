/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_PARSE_H
#define RULES_PARSE_H

#include "rules/ast.h"
#include "rules/lex.h"

/* What the parts of the parser share; the rest of the tree knows promql_parse() only. */
struct parser {
    struct lexer lexer;
    struct token token; /* the one to be looked at */
    size_t end;         /* where the token before it ended */
    struct arena *arena;
    struct promql_error *error;
    bool failed;       /* error tells why; only the first counts */
    bool experimental; /* what upstream calls an experiment is allowed where it is known */
    unsigned depth;
};

/* Takes the next token. After a failure there are no more tokens. */
void parse_advance(struct parser *p);

/* The token after the present one. */
struct token parse_peek(const struct parser *p);

/* Records an error; gives NULL for the caller to return. */
void *parse_fail(struct parser *p, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As parse_fail(), for what upstream has as an experiment and this parser does not take. */
void *parse_fail_experimental(struct parser *p, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "unexpected <token> in <context>, expected <expected>" at the present token. */
void *parse_unexpected(struct parser *p, const char *context, const char *expected);

/* Takes a token of this kind, or fails as parse_unexpected() does. */
bool parse_expect(struct parser *p, enum token_kind kind, const char *context,
                  const char *expected);

/* The value of the string token at hand, which is taken; NULL after a failure. */
const char *parse_string(struct parser *p);

/* The place from where another starts to the last token taken. */
struct place parse_from(const struct parser *p, struct place from);

/* A new node, from where from starts to the last token taken. */
struct expr *parse_node(struct parser *p, enum expr_kind kind, struct place from);

/*
 * Each of these parses one production of the grammar that stands over it, and gives NULL after a
 * failure.
 */
struct expr *parse_expr(struct parser *p);
struct expr *parse_selector(struct parser *p);
struct expr *parse_call(struct parser *p);
struct expr *parse_aggregate(struct parser *p);
struct expr *parse_postfix(struct parser *p, struct expr *inner);
const struct aggregate_kind *parse_aggregate_kind(const struct token *token);

/* Whether a word may be a metric's name where an expression is expected. */
bool parse_is_metric_name(const struct token *token);

/* label_list = "(" [ label { "," label } [ "," ] ] ")" ; sorted, each once. */
bool parse_label_list(struct parser *p, const char *const **labels, size_t *count);

/* A number or a duration with an optional sign, as seconds. */
bool parse_seconds(struct parser *p, double *seconds);

/* Checks types and arguments of a whole tree and fills in what follows from them. */
void parse_check(struct parser *p, struct expr *expr);

#endif
