/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/template_parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rules/template_func.h"
#include "rules/template_literal.h"

void tmpl_fail(struct tmpl_parser *p, size_t at, const char *format, ...)
{
    if (p->failed)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(p->error->text, sizeof p->error->text, format, args);
    va_end(args);
    p->error->offset = at;
    p->failed = true;
}

struct tmpl_token tmpl_next(struct tmpl_parser *p)
{
    if (p->ahead_count)
        return p->ahead[--p->ahead_count];
    struct tmpl_token token = {.kind = TMPL_EOF, .at = p->lexer.length, .text = ""};
    if (!p->failed)
        token = tmpl_lex_next(&p->lexer);
    if (token.kind == TMPL_ERROR)
        tmpl_fail(p, token.at, "%s", token.text);
    return token;
}

void tmpl_give_back(struct tmpl_parser *p, struct tmpl_token token)
{
    p->ahead[p->ahead_count++] = token;
}

struct tmpl_token tmpl_next_word(struct tmpl_parser *p)
{
    struct tmpl_token token = tmpl_next(p);
    return token.kind == TMPL_SPACE ? tmpl_next(p) : token;
}

void tmpl_unexpected(struct tmpl_parser *p, struct tmpl_token token, const char *context)
{
    if (token.kind == TMPL_EOF)
        tmpl_fail(p, token.at, "unexpected end of the text in %s", context);
    else if (token.kind == TMPL_RIGHT || token.kind == TMPL_SPACE)
        tmpl_fail(p, token.at, "something is missing in %s", context);
    else
        tmpl_fail(p, token.at, "unexpected '%.*s' in %s",
                  (int)(token.length < 80 ? token.length : 80), token.text, context);
}

bool tmpl_is_keyword(struct tmpl_token token, const char *word)
{
    return token.kind == TMPL_IDENTIFIER && token.length == strlen(word) &&
           memcmp(token.text, word, token.length) == 0;
}

bool tmpl_enter(struct tmpl_parser *p, size_t at)
{
    if (++p->depth > TEMPLATE_MAX_DEPTH)
        tmpl_fail(p, at, "nested more than %d deep", TEMPLATE_MAX_DEPTH);
    return !p->failed;
}

/* Variables: the innermost of a name counts. */

static size_t declare(struct tmpl_parser *p, struct tmpl_token token)
{
    if (p->variable_count == TMPL_VAR_MAX) {
        tmpl_fail(p, token.at, "more than %d variables", TMPL_VAR_MAX);
        return 0;
    }
    p->variables[p->variable_count] = arena_strndup(p->arena, token.text, token.length);
    return p->variable_count++;
}

static size_t find_variable(struct tmpl_parser *p, struct tmpl_token token)
{
    for (size_t i = p->variable_count; i-- > 0;)
        if (strlen(p->variables[i]) == token.length &&
            memcmp(p->variables[i], token.text, token.length) == 0)
            return i;
    tmpl_fail(p, token.at, "undefined variable '%.*s'", (int)token.length, token.text);
    return 0;
}

static void read_number(struct tmpl_parser *p, struct tmpl_token token,
                        struct tmpl_operand *operand)
{
    struct tmpl_number number = {0};
    if (!tmpl_read_number(token.text, token.length, &number))
        tmpl_fail(p, token.at, "bad number '%.*s'", (int)token.length, token.text);
    operand->kind = number.is_integer ? TMPL_OPERAND_INTEGER : TMPL_OPERAND_FLOAT;
    if (number.is_integer)
        operand->integer = number.integer;
    else
        operand->number = number.number;
}

static void read_string(struct tmpl_parser *p, struct tmpl_token token,
                        struct tmpl_operand *operand)
{
    operand->kind = TMPL_OPERAND_STRING;
    operand->string = tmpl_read_string(token.text, token.length, p->arena);
    if (!operand->string)
        tmpl_fail(p, token.at, "invalid escape in %.*s",
                  (int)(token.length < 80 ? token.length : 80), token.text);
    else if (token.kind == TMPL_CHAR && !tmpl_read_char(operand->string, &operand->integer))
        tmpl_fail(p, token.at, "malformed character constant %.*s",
                  (int)(token.length < 80 ? token.length : 80), token.text);
    else if (token.kind == TMPL_CHAR)
        operand->kind = TMPL_OPERAND_INTEGER;
}

static void read_identifier(struct tmpl_parser *p, struct tmpl_token token,
                            struct tmpl_operand *operand)
{
    operand->kind = TMPL_OPERAND_BOOL;
    operand->integer = tmpl_is_keyword(token, "true");
    if (tmpl_is_keyword(token, "true") || tmpl_is_keyword(token, "false"))
        return;
    operand->kind = TMPL_OPERAND_NIL;
    if (tmpl_is_keyword(token, "nil"))
        return;
    operand->kind = TMPL_OPERAND_FUNCTION;
    operand->function = tmpl_function_find(token.text, token.length);
    if (!operand->function)
        tmpl_fail(p, token.at, "function '%.*s' is not defined",
                  (int)(token.length < 80 ? token.length : 80), token.text);
}

static void add_field(struct tmpl_parser *p, struct tmpl_token token, struct tmpl_operand *operand)
{
    const char **fields = ARENA_ARRAY(p->arena, const char *, operand->field_count + 1);
    if (operand->field_count)
        memcpy(fields, operand->fields, operand->field_count * sizeof *fields);
    fields[operand->field_count++] = arena_strndup(p->arena, token.text, token.length);
    operand->fields = fields;
}

/*
 * term = "." | ".field" | "$variable" | function | literal | "(" pipeline ")"
 * NULL, and the token given back, where none begins.
 */
static struct tmpl_operand *parse_term(struct tmpl_parser *p)
{
    struct tmpl_token token = tmpl_next_word(p);
    struct tmpl_operand *operand = ARENA_NEW(p->arena, struct tmpl_operand);
    operand->at = token.at;
    switch (token.kind) {
    case TMPL_DOT:
        return operand;
    case TMPL_FIELD:
        add_field(p, token, operand);
        return operand;
    case TMPL_VARIABLE:
        operand->kind = TMPL_OPERAND_VARIABLE;
        operand->variable = find_variable(p, token);
        return operand;
    case TMPL_NUMBER:
        read_number(p, token, operand);
        return operand;
    case TMPL_STRING:
    case TMPL_CHAR:
        read_string(p, token, operand);
        return operand;
    case TMPL_IDENTIFIER:
        read_identifier(p, token, operand);
        return operand;
    case TMPL_LEFT_PAREN:
        operand->kind = TMPL_OPERAND_PIPE;
        operand->pipe = tmpl_parse_pipe(p, token.at, TMPL_RIGHT_PAREN, "parentheses", false);
        return operand;
    default:
        tmpl_give_back(p, token);
        return NULL;
    }
}

static bool takes_fields(const struct tmpl_operand *operand)
{
    return (operand->kind == TMPL_OPERAND_DOT && operand->field_count) ||
           operand->kind >= TMPL_OPERAND_VARIABLE;
}

/* operand = term { ".field" } */
static struct tmpl_operand *parse_operand(struct tmpl_parser *p)
{
    struct tmpl_operand *operand = parse_term(p);
    if (!operand || p->failed)
        return operand;
    struct tmpl_token token = tmpl_next(p);
    while (token.kind == TMPL_FIELD) {
        if (!takes_fields(operand))
            tmpl_fail(p, token.at - 1, "unexpected '.' after a constant");
        add_field(p, token, operand);
        token = tmpl_next(p);
    }
    tmpl_give_back(p, token);
    return operand;
}

/* command = operand { blank operand } */
static struct tmpl_command *parse_command(struct tmpl_parser *p)
{
    struct tmpl_command *command = ARENA_NEW(p->arena, struct tmpl_command);
    struct tmpl_operand **last = &command->operands;
    while (!p->failed) {
        struct tmpl_operand *operand = parse_operand(p);
        if (operand) {
            *last = operand;
            last = &operand->next;
        }
        struct tmpl_token token = tmpl_next(p);
        if (token.kind == TMPL_SPACE)
            continue;
        if (token.kind == TMPL_RIGHT || token.kind == TMPL_RIGHT_PAREN)
            tmpl_give_back(p, token);
        else if (token.kind != TMPL_PIPE)
            tmpl_unexpected(p, token, "operand");
        if (!command->operands)
            tmpl_fail(p, token.at, "empty command");
        break;
    }
    return command;
}

/* Reads "$x :=", "$x =", and in a range "$i, $x :="; gives back what is none of these. */
static void parse_declaration(struct tmpl_parser *p, struct tmpl_pipe *pipe, bool in_range)
{
    while (!p->failed) {
        struct tmpl_token variable = tmpl_next_word(p);
        if (variable.kind != TMPL_VARIABLE) {
            tmpl_give_back(p, variable);
            return;
        }
        struct tmpl_token after = tmpl_next(p), sign = after;
        if (after.kind == TMPL_SPACE)
            sign = tmpl_next(p);
        bool comma = sign.kind == TMPL_COMMA && in_range && !pipe->variable_count;
        if (comma || sign.kind == TMPL_DECLARE || sign.kind == TMPL_ASSIGN) {
            bool assign = sign.kind == TMPL_ASSIGN;
            size_t index = assign ? find_variable(p, variable) : declare(p, variable);
            pipe->variables[pipe->variable_count++] = index;
            if (comma)
                continue;
            return;
        }
        if (sign.kind == TMPL_COMMA)
            tmpl_fail(p, variable.at, "too many declarations");
        tmpl_give_back(p, sign);
        if (after.kind == TMPL_SPACE)
            tmpl_give_back(p, after);
        tmpl_give_back(p, variable);
        return;
    }
}

static void check_pipe(struct tmpl_parser *p, const struct tmpl_pipe *pipe, const char *context)
{
    if (!pipe->commands) {
        tmpl_fail(p, pipe->at, "missing value for %s", context);
        return;
    }
    for (const struct tmpl_command *c = pipe->commands->next; c; c = c->next) {
        const struct tmpl_operand *first = c->operands;
        if (first && first->kind <= TMPL_OPERAND_STRING && !first->field_count)
            tmpl_fail(p, first->at, "a constant cannot take what is piped into it");
    }
}

struct tmpl_pipe *tmpl_parse_pipe(struct tmpl_parser *p, size_t at, enum tmpl_token_kind end,
                                  const char *context, bool in_range)
{
    struct tmpl_pipe *pipe = ARENA_NEW(p->arena, struct tmpl_pipe);
    struct tmpl_command **last = &pipe->commands;
    pipe->at = at;
    if (!tmpl_enter(p, at))
        return pipe;
    parse_declaration(p, pipe, in_range);
    while (!p->failed) {
        struct tmpl_token token = tmpl_next_word(p);
        if (token.kind == end) {
            check_pipe(p, pipe, context);
            break;
        }
        if (token.kind < TMPL_LEFT_PAREN || token.kind == TMPL_RIGHT_PAREN ||
            token.kind == TMPL_COMMA || token.kind == TMPL_DECLARE || token.kind == TMPL_ASSIGN) {
            tmpl_unexpected(p, token, context);
            break;
        }
        tmpl_give_back(p, token);
        *last = parse_command(p);
        last = &(*last)->next;
    }
    p->depth--;
    return pipe;
}

const char *tmpl_parse_name(struct tmpl_parser *p, const char *context)
{
    struct tmpl_token token = tmpl_next_word(p);
    struct tmpl_operand name = {0};
    if (token.kind == TMPL_STRING)
        read_string(p, token, &name);
    else
        tmpl_unexpected(p, token, context);
    return name.string ? name.string : "";
}
