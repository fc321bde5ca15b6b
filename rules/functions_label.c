/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that change labels and leave values alone. */
#include <errno.h>
#include <string.h>

#include "core/utf8.h"
#include "rules/eval.h"
#include "rules/regex.h"

static const char *string_arg(const struct expr *call, size_t index)
{
    return expr_unwrap(call->call.args[index])->string;
}

bool eval_is_label_name(const char *name)
{
    for (size_t n, at = 0; name[at]; at += n)
        if (utf8_next(name + at, &n) == 0xfffd && n == 1)
            return false;
    return *name;
}

static void check_name(struct eval *ev, const char *name, const char *what, const char *function)
{
    if (!eval_is_label_name(name))
        eval_fail(ev, -EINVAL, "invalid %s label name in %s(): %s", what, function, name);
}

/* Longer values come of labels that are made of each other again and again. */
enum { LONGEST_VALUE = 64 * 1024 };

static void set_label(struct eval *ev, struct row *row, const char *name, const struct buf *value)
{
    if (value->length > LONGEST_VALUE)
        eval_fail(ev, -E2BIG, "value of label %s has more than %d bytes", name, LONGEST_VALUE);
    if (!eval_room(ev, 1, value->length + labels_bytes(row->labels->count + 1)))
        return;
    const char *copy = arena_strndup(ev->arena, value->data, value->length);
    row->labels = labels_with(ev->arena, row->labels, name, copy);
    if (strcmp(name, LABEL_NAME) == 0)
        row->drop_name = false;
}

struct matrix call_label_replace(struct eval *ev, const struct expr *call,
                                 const struct steps *steps)
{
    const char *to = string_arg(call, 1), *template = string_arg(call, 2);
    const char *from = string_arg(call, 3);
    const struct regex *regex;
    struct error e;
    check_name(ev, to, "destination", "label_replace");
    if (regex_compile(string_arg(call, 4), ev->arena, &regex, &e))
        eval_fail(ev, e.code, "invalid regular expression in label_replace(): %s", e.text);
    struct matrix matrix = eval_node(ev, call->call.args[0], steps);
    for (size_t i = 0; i < matrix.count && !ev->failed; i++) {
        struct buf value = {0};
        buf_puts(&value, "");
        const char *text = labels_get(matrix.rows[i].labels, from);
        int matched = regex_replace(regex, text, template, LONGEST_VALUE, &value, &e);
        if (matched < 0)
            eval_fail(ev, e.code, "%s", e.text);
        else if (matched)
            set_label(ev, &matrix.rows[i], to, &value);
        buf_free(&value);
    }
    if (!ev->failed)
        matrix_merge(ev, &matrix);
    return matrix;
}

struct matrix call_label_join(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    const char *to = string_arg(call, 1), *separator = string_arg(call, 2);
    for (size_t i = 3; i < call->call.count; i++)
        check_name(ev, string_arg(call, i), "source", "label_join");
    check_name(ev, to, "destination", "label_join");
    struct matrix matrix = eval_node(ev, call->call.args[0], steps);
    for (size_t i = 0; i < matrix.count && !ev->failed; i++) {
        struct buf value = {0};
        buf_puts(&value, "");
        for (size_t s = 3; s < call->call.count && value.length <= LONGEST_VALUE; s++) {
            buf_puts(&value, s > 3 ? separator : "");
            buf_puts(&value, labels_get(matrix.rows[i].labels, string_arg(call, s)));
        }
        set_label(ev, &matrix.rows[i], to, &value);
        buf_free(&value);
    }
    if (!ev->failed)
        matrix_merge(ev, &matrix);
    return matrix;
}
