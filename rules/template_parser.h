/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_TEMPLATE_PARSER_H
#define RULES_TEMPLATE_PARSER_H

#include "rules/template_lex.h"
#include "rules/template_node.h"

/* What the two halves of the parser share: template_pipe.c and, above it, template_parse.c. */

/* After the first error every function returns at once: failed is looked at where it matters. */
struct tmpl_parser {
    struct tmpl_lexer lexer;
    struct tmpl_token ahead[3]; /* tokens given back, the next one last */
    int ahead_count;
    struct arena *arena;
    struct template *template;
    struct template_error *error;
    bool failed;
    int depth, ranges;
    const char *variables[TMPL_VAR_MAX];
    size_t variable_count;
};

/* Notes the first error. */
void tmpl_fail(struct tmpl_parser *p, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void tmpl_unexpected(struct tmpl_parser *p, struct tmpl_token token, const char *context);

struct tmpl_token tmpl_next(struct tmpl_parser *p);
struct tmpl_token tmpl_next_word(struct tmpl_parser *p); /* the next that is no blank */
void tmpl_give_back(struct tmpl_parser *p, struct tmpl_token token);
bool tmpl_is_keyword(struct tmpl_token token, const char *word);

/* One level deeper; false where it is too deep. The caller takes one off p->depth again. */
bool tmpl_enter(struct tmpl_parser *p, size_t at);

/* Reads a string literal. */
const char *tmpl_parse_name(struct tmpl_parser *p, const char *context);

/* pipeline = [ variables ( ":=" | "=" ) ] command { "|" command }; end is taken too. */
struct tmpl_pipe *tmpl_parse_pipe(struct tmpl_parser *p, size_t at, enum tmpl_token_kind end,
                                  const char *context, bool in_range);

#endif
