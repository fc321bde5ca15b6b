/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "rules/template_func.h"

int tmpl_not(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
             struct tmpl_value *result)
{
    (void)run;
    (void)count;
    *result = tmpl_bool(!tmpl_is_true(&args[0]));
    return 0;
}

/* How many elements a value has; -1 for one that has none. */
static int64_t length_of(const struct tmpl_value *value)
{
    switch (value->kind) {
    case TMPL_TEXT_VALUE:
        return (int64_t)strlen(value->text);
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

int tmpl_len(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
             struct tmpl_value *result)
{
    (void)count;
    *result = tmpl_integer(length_of(&args[0]));
    if (result->integer >= 0)
        return 0;
    return error_set(run->e, -EINVAL, "len of type %s", tmpl_type_name(&args[0]));
}

/* One step of index: value[key]. */
static int element(struct tmpl_run *run, const struct tmpl_value *value,
                   const struct tmpl_value *key, struct tmpl_value *result)
{
    bool by_name = value->kind == TMPL_LABELS || value->kind == TMPL_ARGS;
    if (by_name && key->kind == TMPL_TEXT_VALUE)
        return tmpl_field(value, key->text, run->data, result, run->e);
    int64_t length = length_of(value);
    if (by_name || length < 0 || key->kind != TMPL_INTEGER)
        return error_set(run->e, -EINVAL, "cannot index a %s with a %s", tmpl_type_name(value),
                         tmpl_type_name(key));
    if (key->integer < 0 || key->integer >= length)
        return error_set(run->e, -EINVAL, "index out of range: %lld", (long long)key->integer);
    if (value->kind == TMPL_SAMPLES)
        *result = (struct tmpl_value){.kind = TMPL_SAMPLE, .sample = &value->samples[key->integer]};
    else
        *result = tmpl_integer((unsigned char)value->text[key->integer]);
    return 0;
}

int tmpl_index(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
               struct tmpl_value *result)
{
    struct tmpl_value value = args[0];
    for (size_t i = 1; i < count; i++) {
        if (element(run, &value, &args[i], result))
            return -EINVAL;
        value = *result;
    }
    *result = value;
    return 0;
}

int tmpl_slice(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
               struct tmpl_value *result)
{
    int64_t length = length_of(&args[0]), bounds[2] = {0, length};
    bool is_text = args[0].kind == TMPL_TEXT_VALUE;
    if ((!is_text && args[0].kind != TMPL_SAMPLES) || count > 3)
        return error_set(run->e, -EINVAL, "cannot slice a %s so", tmpl_type_name(&args[0]));
    for (size_t i = 1; i < count; i++) {
        if (args[i].kind != TMPL_INTEGER || args[i].integer < 0 || args[i].integer > length)
            return error_set(run->e, -EINVAL, "slice: index out of range");
        bounds[i - 1] = args[i].integer;
    }
    if (bounds[0] > bounds[1])
        return error_set(run->e, -EINVAL, "slice: the end lies before the start");
    size_t n = (size_t)(bounds[1] - bounds[0]);
    if (is_text)
        *result = tmpl_text(arena_strndup(run->arena, args[0].text + bounds[0], n));
    else
        *result = (struct tmpl_value){
            .kind = TMPL_SAMPLES, .samples = args[0].samples + bounds[0], .sample_count = n};
    return 0;
}

/* As fmt.Sprint: a blank between operands of which neither is a text. */
static void print_all(const struct tmpl_value *args, size_t count, bool line, struct buf *out)
{
    for (size_t i = 0; i < count; i++) {
        bool texts = args[i].kind == TMPL_TEXT_VALUE || (i && args[i - 1].kind == TMPL_TEXT_VALUE);
        if (i && (line || !texts))
            buf_puts(out, " ");
        tmpl_print(&args[i], out);
    }
    if (line)
        buf_puts(out, "\n");
}

int tmpl_sprint(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                struct tmpl_value *result)
{
    struct buf out = {0};
    print_all(args, count, false, &out);
    *result = tmpl_text_of(run, &out);
    return 0;
}

int tmpl_sprintln(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                  struct tmpl_value *result)
{
    struct buf out = {0};
    print_all(args, count, true, &out);
    *result = tmpl_text_of(run, &out);
    return 0;
}

int tmpl_html(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
              struct tmpl_value *result)
{
    struct buf plain = {0}, out = {0};
    print_all(args, count, false, &plain);
    for (const char *c = plain.length ? plain.data : ""; *c; c++) {
        const char *entity = *c == '&'    ? "&amp;"
                             : *c == '<'  ? "&lt;"
                             : *c == '>'  ? "&gt;"
                             : *c == '"'  ? "&#34;"
                             : *c == '\'' ? "&#39;"
                                          : NULL;
        if (entity)
            buf_puts(&out, entity);
        else
            buf_add(&out, c, 1);
    }
    buf_free(&plain);
    *result = tmpl_text_of(run, &out);
    return 0;
}

int tmpl_url_query(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                   struct tmpl_value *result)
{
    struct buf plain = {0}, out = {0};
    print_all(args, count, false, &plain);
    for (const char *c = plain.length ? plain.data : ""; *c; c++) {
        if (isalnum((unsigned char)*c) || strchr("-_.~", *c))
            buf_add(&out, c, 1);
        else if (*c == ' ')
            buf_puts(&out, "+");
        else
            buf_printf(&out, "%%%02X", (unsigned char)*c);
    }
    buf_free(&plain);
    *result = tmpl_text_of(run, &out);
    return 0;
}

static int not_comparable(struct tmpl_run *run, const struct tmpl_value *a,
                          const struct tmpl_value *b)
{
    return error_set(run->e, -EINVAL, "incompatible types for comparison: %s and %s%s",
                     tmpl_type_name(a), tmpl_type_name(b),
                     a->kind == TMPL_FLOAT && b->kind == TMPL_INTEGER ? " (write 5.0 for 5)" : "");
}

static int equal(struct tmpl_run *run, const struct tmpl_value *a, const struct tmpl_value *b,
                 bool *same)
{
    *same = false;
    bool nil = a->kind <= TMPL_NIL || b->kind <= TMPL_NIL;
    if (nil)
        *same = a->kind <= TMPL_NIL && b->kind <= TMPL_NIL;
    else if (a->kind != b->kind || a->kind > TMPL_TEXT_VALUE)
        return not_comparable(run, a, b);
    else if (a->kind == TMPL_TEXT_VALUE)
        *same = strcmp(a->text, b->text) == 0;
    else if (a->kind == TMPL_FLOAT)
        *same = a->number == b->number;
    else
        *same = a->integer == b->integer;
    return 0;
}

/* Go's eq takes several: whether the first equals any of the others. */
int tmpl_eq(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
            struct tmpl_value *result)
{
    bool same = false;
    for (size_t i = 1; i < count && !same; i++)
        if (equal(run, &args[0], &args[i], &same))
            return -EINVAL;
    *result = tmpl_bool(same);
    return 0;
}

int tmpl_ne(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
            struct tmpl_value *result)
{
    bool same;
    (void)count;
    if (equal(run, &args[0], &args[1], &same))
        return -EINVAL;
    *result = tmpl_bool(!same);
    return 0;
}

static int less(struct tmpl_run *run, const struct tmpl_value *a, const struct tmpl_value *b,
                bool *is_less)
{
    *is_less = false;
    if (a->kind != b->kind || a->kind < TMPL_INTEGER || a->kind > TMPL_TEXT_VALUE)
        return not_comparable(run, a, b);
    *is_less = a->kind == TMPL_TEXT_VALUE ? strcmp(a->text, b->text) < 0
               : a->kind == TMPL_FLOAT    ? a->number < b->number
                                          : a->integer < b->integer;
    return 0;
}

int tmpl_lt(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
            struct tmpl_value *result)
{
    bool is_less;
    (void)count;
    if (less(run, &args[0], &args[1], &is_less))
        return -EINVAL;
    *result = tmpl_bool(is_less);
    return 0;
}

int tmpl_le(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
            struct tmpl_value *result)
{
    bool is_less, same;
    (void)count;
    if (less(run, &args[0], &args[1], &is_less) || equal(run, &args[0], &args[1], &same))
        return -EINVAL;
    *result = tmpl_bool(is_less || same);
    return 0;
}

/* gt and ge are the negations of le and lt, as Go has them, for NaN too. */
int tmpl_gt(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
            struct tmpl_value *result)
{
    if (tmpl_le(run, args, count, result))
        return -EINVAL;
    result->integer = !result->integer;
    return 0;
}

int tmpl_ge(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
            struct tmpl_value *result)
{
    if (tmpl_lt(run, args, count, result))
        return -EINVAL;
    result->integer = !result->integer;
    return 0;
}
