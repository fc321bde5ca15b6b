/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "rules/template_parser.h"

/* What ended a list of nodes. */
enum stop { STOP_TEXT, STOP_END, STOP_ELSE };

static struct tmpl_node *parse_list(struct tmpl_parser *p, enum stop *stop, size_t *stop_at);

static struct tmpl_node *new_node(struct tmpl_parser *p, enum tmpl_node_kind kind, size_t at)
{
    struct tmpl_node *node = ARENA_NEW(p->arena, struct tmpl_node);
    node->kind = kind;
    node->at = at;
    return node;
}

static void expect_right(struct tmpl_parser *p, const char *context)
{
    struct tmpl_token token = tmpl_next_word(p);
    if (token.kind != TMPL_RIGHT)
        tmpl_unexpected(p, token, context);
}

static struct tmpl_node *parse_control(struct tmpl_parser *p, enum tmpl_node_kind kind, size_t at);

/* What stands behind {{else}}: a list, or the one node of {{else if}} or {{else with}}. */
static struct tmpl_node *parse_else(struct tmpl_parser *p, size_t at)
{
    struct tmpl_token token = tmpl_next_word(p);
    if (tmpl_is_keyword(token, "if"))
        return parse_control(p, TMPL_NODE_IF, token.at);
    if (tmpl_is_keyword(token, "with"))
        return parse_control(p, TMPL_NODE_WITH, token.at);
    if (token.kind != TMPL_RIGHT) {
        tmpl_unexpected(p, token, "{{else}}");
        return NULL;
    }
    enum stop stop;
    struct tmpl_node *list = parse_list(p, &stop, &at);
    if (stop == STOP_ELSE)
        tmpl_fail(p, at, "a second {{else}}");
    else if (stop == STOP_TEXT)
        tmpl_fail(p, at, "{{else}} has no {{end}}");
    return list;
}

/* control = ( "if" | "with" | "range" ) pipeline list [ "else" list ] "end" */
static struct tmpl_node *parse_control(struct tmpl_parser *p, enum tmpl_node_kind kind, size_t at)
{
    static const char *const names[] = {
        [TMPL_NODE_IF] = "if", [TMPL_NODE_WITH] = "with", [TMPL_NODE_RANGE] = "range"};
    struct tmpl_node *node = new_node(p, kind, at);
    size_t variables = p->variable_count, stop_at;
    enum stop stop;

    if (!tmpl_enter(p, at))
        return node;
    node->pipe = tmpl_parse_pipe(p, at, TMPL_RIGHT, names[kind], kind == TMPL_NODE_RANGE);
    p->ranges += kind == TMPL_NODE_RANGE;
    node->body = parse_list(p, &stop, &stop_at);
    p->ranges -= kind == TMPL_NODE_RANGE;
    if (stop == STOP_TEXT)
        tmpl_fail(p, at, "{{%s}} has no {{end}}", names[kind]);
    if (stop == STOP_ELSE)
        node->otherwise = parse_else(p, stop_at);
    p->variable_count = variables;
    p->depth--;
    return node;
}

/* The list of a {{define}} or {{block}}: of the variables it knows $ alone. */
static void parse_definition(struct tmpl_parser *p, const char *name, size_t at)
{
    struct tmpl_define *define = ARENA_NEW(p->arena, struct tmpl_define);
    size_t variables = p->variable_count, stop_at;
    const char *kept[TMPL_VAR_MAX];
    int ranges = p->ranges;
    enum stop stop;

    if (!tmpl_enter(p, at))
        return;
    memcpy(kept, p->variables, sizeof kept);
    p->variable_count = TMPL_VAR_DATA + 1;
    p->ranges = 0;
    define->name = name;
    define->body = parse_list(p, &stop, &stop_at);
    if (stop != STOP_END)
        tmpl_fail(p, at, "{{define}} has no {{end}}");
    define->next = p->template->defines;
    p->template->defines = define;
    memcpy(p->variables, kept, sizeof kept);
    p->variable_count = variables;
    p->ranges = ranges;
    p->depth--;
}

static struct tmpl_node *parse_define(struct tmpl_parser *p, size_t at)
{
    const char *name = tmpl_parse_name(p, "{{define}}");
    expect_right(p, "{{define}}");
    if (p->depth > 0)
        tmpl_fail(p, at, "unexpected {{define}}: it stands at the top only");
    parse_definition(p, name, at);
    return NULL;
}

static struct tmpl_node *parse_template(struct tmpl_parser *p, size_t at, bool block)
{
    struct tmpl_node *node = new_node(p, TMPL_NODE_TEMPLATE, at);
    node->text = tmpl_parse_name(p, block ? "{{block}}" : "{{template}}");
    struct tmpl_token token = tmpl_next_word(p);
    if (token.kind != TMPL_RIGHT) {
        tmpl_give_back(p, token);
        node->pipe = tmpl_parse_pipe(p, at, TMPL_RIGHT, "{{template}}", false);
    } else if (block) {
        tmpl_fail(p, at, "missing value for {{block}}");
    }
    if (block)
        parse_definition(p, node->text, at);
    return node;
}

static struct tmpl_node *parse_jump(struct tmpl_parser *p, enum tmpl_node_kind kind, size_t at)
{
    const char *name = kind == TMPL_NODE_BREAK ? "{{break}}" : "{{continue}}";
    expect_right(p, name);
    if (!p->ranges)
        tmpl_fail(p, at, "%s outside of {{range}}", name);
    return new_node(p, kind, at);
}

/* action = control | define | template | block | break | continue | pipeline */
static struct tmpl_node *parse_action(struct tmpl_parser *p, struct tmpl_token word)
{
    if (tmpl_is_keyword(word, "if"))
        return parse_control(p, TMPL_NODE_IF, word.at);
    if (tmpl_is_keyword(word, "with"))
        return parse_control(p, TMPL_NODE_WITH, word.at);
    if (tmpl_is_keyword(word, "range"))
        return parse_control(p, TMPL_NODE_RANGE, word.at);
    if (tmpl_is_keyword(word, "define"))
        return parse_define(p, word.at);
    if (tmpl_is_keyword(word, "template") || tmpl_is_keyword(word, "block"))
        return parse_template(p, word.at, tmpl_is_keyword(word, "block"));
    if (tmpl_is_keyword(word, "break"))
        return parse_jump(p, TMPL_NODE_BREAK, word.at);
    if (tmpl_is_keyword(word, "continue"))
        return parse_jump(p, TMPL_NODE_CONTINUE, word.at);
    tmpl_give_back(p, word);
    struct tmpl_node *node = new_node(p, TMPL_NODE_ACTION, word.at);
    node->pipe = tmpl_parse_pipe(p, word.at, TMPL_RIGHT, "command", false);
    return node;
}

static struct tmpl_node *parse_list(struct tmpl_parser *p, enum stop *stop, size_t *stop_at)
{
    struct tmpl_node *first = NULL, **last = &first;
    *stop = STOP_TEXT;
    for (;;) {
        struct tmpl_token token = tmpl_next(p);
        *stop_at = token.at;
        if (p->failed || token.kind == TMPL_EOF)
            return first;
        struct tmpl_node *node;
        if (token.kind == TMPL_TEXT) {
            node = new_node(p, TMPL_NODE_TEXT, token.at);
            node->text = arena_strndup(p->arena, token.text, token.length);
            node->length = token.length;
        } else {
            struct tmpl_token word = tmpl_next_word(p);
            bool end = tmpl_is_keyword(word, "end");
            if (end)
                expect_right(p, "{{end}}");
            *stop_at = word.at;
            if (end || tmpl_is_keyword(word, "else")) {
                *stop = end ? STOP_END : STOP_ELSE;
                return first;
            }
            node = parse_action(p, word);
        }
        if (node) {
            *last = node;
            last = &node->next;
        }
    }
}

int template_parse(const char *text, struct arena *arena, struct template **template,
                   struct template_error *error)
{
    struct tmpl_parser p = {
        .arena = arena,
        .error = error,
        .variables = {"$", "$labels", "$externalLabels", "$externalURL", "$value"},
        .variable_count = TMPL_VAR_COUNT};
    enum stop stop;
    size_t stop_at;

    *template = p.template = ARENA_NEW(arena, struct template);
    tmpl_lex_start(&p.lexer, text, strlen(text));
    if (p.lexer.length > TEMPLATE_MAX_TEXT)
        tmpl_fail(&p, 0, "the template has more than %d bytes", TEMPLATE_MAX_TEXT);
    (*template)->body = parse_list(&p, &stop, &stop_at);
    if (stop != STOP_TEXT)
        tmpl_fail(&p, stop_at, "unexpected {{%s}}", stop == STOP_END ? "end" : "else");
    if (!p.failed)
        return 0;
    *template = NULL;
    return -EINVAL;
}
