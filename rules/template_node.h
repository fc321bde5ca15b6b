/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_TEMPLATE_NODE_H
#define RULES_TEMPLATE_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rules/template.h"

/* A parsed template: what template_parse.c makes and template_expand.c walks. */

struct tmpl_function;

/* What variables a template begins with; the further ones are numbered as they are declared. */
enum {
    TMPL_VAR_DATA, /* $ */
    TMPL_VAR_LABELS,
    TMPL_VAR_EXTERNAL_LABELS,
    TMPL_VAR_EXTERNAL_URL,
    TMPL_VAR_VALUE,
    TMPL_VAR_COUNT,
    TMPL_VAR_MAX = 64
};

enum tmpl_operand_kind {
    TMPL_OPERAND_DOT, /* also .field: then there are fields */
    TMPL_OPERAND_NIL,
    TMPL_OPERAND_BOOL,
    TMPL_OPERAND_INTEGER,
    TMPL_OPERAND_FLOAT,
    TMPL_OPERAND_STRING,
    TMPL_OPERAND_VARIABLE,
    TMPL_OPERAND_FUNCTION,
    TMPL_OPERAND_PIPE /* in parentheses */
};

struct tmpl_operand {
    enum tmpl_operand_kind kind;
    size_t at; /* byte of the template, for errors */
    union {
        int64_t integer; /* a bool's too */
        double number;
        const char *string;
        size_t variable;
        const struct tmpl_function *function;
        const struct tmpl_pipe *pipe;
    };
    const char **fields; /* .a.b behind it */
    size_t field_count;
    struct tmpl_operand *next;
};

struct tmpl_command {
    struct tmpl_operand *operands;
    struct tmpl_command *next;
};

struct tmpl_pipe {
    size_t at;
    size_t variables[2]; /* that take its value: $x :=, in a range $i, $x := */
    size_t variable_count;
    struct tmpl_command *commands;
};

enum tmpl_node_kind {
    TMPL_NODE_TEXT,
    TMPL_NODE_ACTION,
    TMPL_NODE_IF,
    TMPL_NODE_WITH,
    TMPL_NODE_RANGE,
    TMPL_NODE_TEMPLATE,
    TMPL_NODE_BREAK,
    TMPL_NODE_CONTINUE
};

struct tmpl_node {
    enum tmpl_node_kind kind;
    size_t at;
    const char *text; /* a text's bytes, the name of a {{template}} */
    size_t length;
    struct tmpl_pipe *pipe; /* NULL: none */
    struct tmpl_node *body, *otherwise;
    struct tmpl_node *next;
};

/* A {{define}} or {{block}}. */
struct tmpl_define {
    const char *name;
    struct tmpl_node *body;
    struct tmpl_define *next;
};

struct template
{
    struct tmpl_node *body;
    struct tmpl_define *defines;
};

#endif
