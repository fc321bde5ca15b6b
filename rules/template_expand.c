/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "rules/template_func.h"
#include "rules/template_node.h"

/* A frame: the dot and the variables of a template. */
struct frame {
    struct tmpl_value dot;
    struct tmpl_value variables[TMPL_VAR_MAX];
};

/* How a list of nodes ended; negative codes are errors. */
enum { DONE, BROKEN, CONTINUED };

enum {
    MAX_SCRATCH = 64 * 1024 * 1024
}; /* bytes that one expansion may hold, its queries included */

static int eval_pipe(struct tmpl_run *run, struct frame *frame, const struct tmpl_pipe *pipe,
                     struct tmpl_value *result);

static int step(struct tmpl_run *run)
{
    if (++run->steps > TEMPLATE_MAX_STEPS)
        return error_set(run->e, -E2BIG, "the template takes more than %d steps",
                         TEMPLATE_MAX_STEPS);
    if (run->data->steps && ++*run->data->steps > TEMPLATE_MAX_ALL_STEPS)
        return error_set(run->e, -E2BIG,
                         "the templates of the rule's alerts take more than %d steps in all",
                         TEMPLATE_MAX_ALL_STEPS);
    if (run->out.length > TEMPLATE_MAX_OUTPUT || arena_bytes(run->arena) > MAX_SCRATCH)
        return error_set(run->e, -E2BIG, "the template makes more than %d bytes",
                         TEMPLATE_MAX_OUTPUT);
    return 0;
}

static int eval_base(struct tmpl_run *run, struct frame *frame, const struct tmpl_operand *operand,
                     struct tmpl_value *result)
{
    switch (operand->kind) {
    case TMPL_OPERAND_DOT:
        *result = frame->dot;
        break;
    case TMPL_OPERAND_NIL:
        *result = (struct tmpl_value){.kind = TMPL_NIL};
        break;
    case TMPL_OPERAND_BOOL:
        *result = tmpl_bool(operand->integer);
        break;
    case TMPL_OPERAND_INTEGER:
        *result = tmpl_integer(operand->integer);
        break;
    case TMPL_OPERAND_FLOAT:
        *result = tmpl_float(operand->number);
        break;
    case TMPL_OPERAND_STRING:
        *result = tmpl_text(operand->string);
        break;
    case TMPL_OPERAND_VARIABLE:
        *result = frame->variables[operand->variable];
        break;
    case TMPL_OPERAND_PIPE:
        return eval_pipe(run, frame, operand->pipe, result);
    case TMPL_OPERAND_FUNCTION:
        break; /* eval_command() and eval_operand() take it */
    }
    return 0;
}

static int eval_fields(struct tmpl_run *run, const struct tmpl_operand *operand,
                       struct tmpl_value *value)
{
    for (size_t i = 0; i < operand->field_count; i++) {
        struct tmpl_value field;
        int failed = tmpl_field(value, operand->fields[i], run->data, &field, run->e);
        if (failed)
            return failed;
        *value = field;
    }
    return 0;
}

static int call(struct tmpl_run *run, struct frame *frame, const struct tmpl_operand *operand,
                const struct tmpl_value *piped, struct tmpl_value *result);

/* An operand that stands as an argument: a function is called without arguments. */
static int eval_operand(struct tmpl_run *run, struct frame *frame,
                        const struct tmpl_operand *operand, struct tmpl_value *result)
{
    int failed = 0;
    if (operand->kind == TMPL_OPERAND_FUNCTION) {
        struct tmpl_operand alone = *operand;
        alone.next = NULL;
        failed = call(run, frame, &alone, NULL, result);
    } else {
        failed = eval_base(run, frame, operand, result);
    }
    return failed ? failed : eval_fields(run, operand, result);
}

/* and, or: the first argument that decides, else the last. */
static int call_lazy(struct tmpl_run *run, struct frame *frame, const struct tmpl_operand *operand,
                     const struct tmpl_value *piped, struct tmpl_value *result)
{
    bool stop_at = operand->function->lazy == TMPL_OR;
    for (const struct tmpl_operand *arg = operand->next; arg; arg = arg->next) {
        int failed = eval_operand(run, frame, arg, result);
        if (failed || tmpl_is_true(result) == stop_at)
            return failed;
    }
    if (piped)
        *result = *piped;
    return 0;
}

static int call(struct tmpl_run *run, struct frame *frame, const struct tmpl_operand *operand,
                const struct tmpl_value *piped, struct tmpl_value *result)
{
    const struct tmpl_function *function = operand->function;
    size_t count = piped != NULL;
    for (const struct tmpl_operand *arg = operand->next; arg; arg = arg->next)
        count++;
    if (count < function->least || count > function->most)
        return error_set(run->e, -EINVAL, "%s: wrong number of arguments: %zu", function->name,
                         count);
    if (function->lazy)
        return call_lazy(run, frame, operand, piped, result);

    struct tmpl_value *args = ARENA_ARRAY(run->arena, struct tmpl_value, count + 1);
    size_t i = 0;
    for (const struct tmpl_operand *arg = operand->next; arg; arg = arg->next) {
        int failed = eval_operand(run, frame, arg, &args[i++]);
        if (failed)
            return failed;
    }
    if (piped)
        args[i] = *piped;
    int failed = step(run);
    if (failed)
        return failed;
    failed = function->call(run, args, count, result);
    if (failed)
        error_prefix(run->e, "%s", function->name);
    return failed;
}

static int eval_command(struct tmpl_run *run, struct frame *frame,
                        const struct tmpl_command *command, const struct tmpl_value *piped,
                        struct tmpl_value *result)
{
    const struct tmpl_operand *first = command->operands;
    if (first->kind == TMPL_OPERAND_FUNCTION) {
        int failed = call(run, frame, first, piped, result);
        return failed ? failed : eval_fields(run, first, result);
    }
    if (first->next || piped)
        return error_set(run->e, -EINVAL, "arguments given to what is no function");
    if (first->kind == TMPL_OPERAND_NIL)
        return error_set(run->e, -EINVAL, "nil is not a command");
    return eval_operand(run, frame, first, result);
}

static int eval_pipe(struct tmpl_run *run, struct frame *frame, const struct tmpl_pipe *pipe,
                     struct tmpl_value *result)
{
    struct tmpl_value value;
    int failed = step(run);
    for (const struct tmpl_command *c = pipe->commands; c && !failed; c = c->next) {
        struct tmpl_value next = {.kind = TMPL_NOTHING};
        failed = eval_command(run, frame, c, c == pipe->commands ? NULL : &value, &next);
        value = next;
    }
    if (failed)
        return failed;
    for (size_t i = 0; i < pipe->variable_count; i++)
        frame->variables[pipe->variables[i]] = value;
    *result = value;
    return 0;
}

static int run_list(struct tmpl_run *run, struct frame *frame, const struct tmpl_node *list);

static int run_branch(struct tmpl_run *run, struct frame *frame, const struct tmpl_node *node)
{
    struct tmpl_value value, dot = frame->dot;
    int result = eval_pipe(run, frame, node->pipe, &value);
    if (result)
        return result;
    bool truth = tmpl_is_true(&value);
    if (truth && node->kind == TMPL_NODE_WITH)
        frame->dot = value;
    result = run_list(run, frame, truth ? node->body : node->otherwise);
    frame->dot = dot;
    return result;
}

/* How often a range goes round; negative for what cannot be ranged over. */
static int64_t range_length(const struct tmpl_value *value)
{
    switch (value->kind) {
    case TMPL_NOTHING:
        return 0;
    case TMPL_LABELS:
        return (int64_t)value->labels->count;
    case TMPL_SAMPLES:
        return (int64_t)value->sample_count;
    case TMPL_ARGS:
        return (int64_t)value->arg_count;
    default:
        return -1;
    }
}

static void range_item(struct tmpl_run *run, const struct tmpl_value *value, size_t i,
                       struct tmpl_value *key, struct tmpl_value *item)
{
    if (value->kind == TMPL_LABELS) {
        *key = tmpl_text(value->labels->at[i].name);
        *item = tmpl_text(value->labels->at[i].value);
    } else if (value->kind == TMPL_SAMPLES) {
        *key = tmpl_integer((int64_t)i);
        *item = (struct tmpl_value){.kind = TMPL_SAMPLE, .sample = &value->samples[i]};
    } else {
        *key = tmpl_text(arena_printf(run->arena, "arg%zu", i));
        *item = value->args[i];
    }
}

static void set_range_variables(struct frame *frame, const struct tmpl_pipe *pipe,
                                const struct tmpl_value *key, const struct tmpl_value *item)
{
    if (pipe->variable_count == 2)
        frame->variables[pipe->variables[0]] = *key;
    if (pipe->variable_count)
        frame->variables[pipe->variables[pipe->variable_count - 1]] = *item;
}

static int run_range(struct tmpl_run *run, struct frame *frame, const struct tmpl_node *node)
{
    struct tmpl_value value, key, dot = frame->dot;
    int result = eval_pipe(run, frame, node->pipe, &value);
    if (result)
        return result;
    int64_t length = range_length(&value);
    if (length < 0)
        return error_set(run->e, -EINVAL, "range can't iterate over a %s", tmpl_type_name(&value));
    if (!length)
        return run_list(run, frame, node->otherwise);
    for (size_t i = 0; i < (size_t)length && result != BROKEN; i++) {
        result = step(run);
        if (result)
            break;
        range_item(run, &value, i, &key, &frame->dot);
        set_range_variables(frame, node->pipe, &key, &frame->dot);
        result = run_list(run, frame, node->body);
        if (result < 0)
            break;
    }
    frame->dot = dot;
    return result < 0 ? result : DONE;
}

static int run_template(struct tmpl_run *run, struct frame *frame, const struct tmpl_node *node)
{
    const struct tmpl_define *define = run->template->defines;
    while (define && strcmp(define->name, node->text) != 0)
        define = define->next;
    if (!define)
        return error_set(run->e, -EINVAL, "template '%s' is not defined", node->text);
    if (run->depth >= TEMPLATE_MAX_DEPTH)
        return error_set(run->e, -E2BIG, "templates call each other more than %d deep",
                         TEMPLATE_MAX_DEPTH);
    struct frame *inner = ARENA_NEW(run->arena, struct frame);
    if (node->pipe) {
        int failed = eval_pipe(run, frame, node->pipe, &inner->dot);
        if (failed)
            return failed;
    }
    inner->variables[TMPL_VAR_DATA] = inner->dot;
    run->depth++;
    int result = run_list(run, inner, define->body);
    run->depth--;
    return result;
}

static int run_action(struct tmpl_run *run, struct frame *frame, const struct tmpl_node *node)
{
    struct tmpl_value value;
    int failed = eval_pipe(run, frame, node->pipe, &value);
    if (failed)
        return failed;
    if (!node->pipe->variable_count)
        tmpl_print(&value, &run->out);
    return 0;
}

static int run_node(struct tmpl_run *run, struct frame *frame, const struct tmpl_node *node)
{
    switch (node->kind) {
    case TMPL_NODE_TEXT:
        buf_add(&run->out, node->text, node->length);
        return 0;
    case TMPL_NODE_ACTION:
        return run_action(run, frame, node);
    case TMPL_NODE_IF:
    case TMPL_NODE_WITH:
        return run_branch(run, frame, node);
    case TMPL_NODE_RANGE:
        return run_range(run, frame, node);
    case TMPL_NODE_TEMPLATE:
        return run_template(run, frame, node);
    case TMPL_NODE_BREAK:
        return BROKEN;
    case TMPL_NODE_CONTINUE:
        return CONTINUED;
    }
    return 0;
}

static int run_list(struct tmpl_run *run, struct frame *frame, const struct tmpl_node *list)
{
    for (const struct tmpl_node *node = list; node; node = node->next) {
        int result = run_node(run, frame, node);
        if (result)
            return result;
    }
    return DONE;
}

static struct tmpl_value labels_value(const struct labels *labels)
{
    return (struct tmpl_value){.kind = TMPL_LABELS, .labels = labels ? labels : &labels_empty};
}

static struct frame *first_frame(struct arena *arena, const struct template_data *data)
{
    struct frame *frame = ARENA_NEW(arena, struct frame);
    frame->dot = (struct tmpl_value){.kind = TMPL_DATA};
    frame->variables[TMPL_VAR_DATA] = frame->dot;
    frame->variables[TMPL_VAR_LABELS] = labels_value(data->labels);
    frame->variables[TMPL_VAR_EXTERNAL_LABELS] = labels_value(data->external_labels);
    frame->variables[TMPL_VAR_EXTERNAL_URL] =
        tmpl_text(data->external_url ? data->external_url : "");
    frame->variables[TMPL_VAR_VALUE] = tmpl_float(data->value);
    return frame;
}

int template_expand(const struct template *template, const struct template_data *data,
                    struct arena *arena, const char **text, struct error *e)
{
    SCRATCH_ARENA(scratch);
    struct tmpl_run run = {.template = template, .data = data, .arena = scratch, .e = e};
    int result = run_list(&run, first_frame(scratch, data), template->body);
    if (result >= 0 && run.out.length > TEMPLATE_MAX_OUTPUT)
        result = error_set(e, -E2BIG, "the template makes more than %d bytes", TEMPLATE_MAX_OUTPUT);
    if (result >= 0)
        *text = arena_strndup(arena, run.out.length ? run.out.data : "", run.out.length);
    buf_free(&run.out);
    return result < 0 ? result : 0;
}
