/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rules/eval.h"

/* A row with what it is sorted by. */
struct sorted {
    struct row row;
    double v;
    size_t position;
    const char *const *labels; /* names, NULL at the end */
};

static int by_position(const struct sorted *a, const struct sorted *b)
{
    return a->position < b->position ? -1 : a->position > b->position;
}

/* NaN goes last, whichever way. */
static int rising(const void *a, const void *b)
{
    const struct sorted *x = a, *y = b;
    if (isnan(x->v) != isnan(y->v))
        return isnan(x->v) - isnan(y->v);
    return x->v < y->v ? -1 : x->v > y->v ? 1 : by_position(x, y);
}

static int falling(const void *a, const void *b)
{
    const struct sorted *x = a, *y = b;
    if (isnan(x->v) != isnan(y->v))
        return isnan(x->v) - isnan(y->v);
    return x->v > y->v ? -1 : x->v < y->v ? 1 : by_position(x, y);
}

/* The digits, or what is none, that a text starts with. */
static size_t chunk(const char *text)
{
    bool digits = isdigit((unsigned char)*text);
    size_t n = 0;
    while (text[n] && (isdigit((unsigned char)text[n]) != 0) == digits)
        n++;
    return n;
}

static int compare_digits(const char *a, size_t a_length, const char *b, size_t b_length)
{
    for (; a_length > 1 && *a == '0'; a_length--)
        a++;
    for (; b_length > 1 && *b == '0'; b_length--)
        b++;
    if (a_length != b_length)
        return a_length < b_length ? -1 : 1;
    return memcmp(a, b, a_length);
}

/* Numbers within texts count by their value: "sda2" before "sda10". */
static int compare_naturally(const char *a, const char *b)
{
    while (*a && *b) {
        size_t n = chunk(a), m = chunk(b);
        int order;
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b))
            order = compare_digits(a, n, b, m);
        else
            order = strncmp(a, b, n > m ? n : m);
        if (order)
            return order;
        a += n;
        b += m;
    }
    return *a ? 1 : *b ? -1 : 0;
}

static int by_labels(const void *a, const void *b)
{
    const struct sorted *x = a, *y = b;
    for (const char *const *name = x->labels; *name; name++) {
        int order =
            compare_naturally(labels_get(x->row.labels, *name), labels_get(y->row.labels, *name));
        if (order)
            return order;
    }
    return labels_compare(x->row.labels, y->row.labels);
}

static int by_labels_falling(const void *a, const void *b)
{
    return by_labels(b, a);
}

/* Results of a range evaluation are sorted by their labels anyway. */
static struct matrix sort_rows(struct eval *ev, const struct expr *call, const struct steps *steps,
                               int (*order)(const void *, const void *))
{
    SCRATCH_ARENA(scratch);
    struct matrix matrix = eval_node(ev, call->call.args[0], steps), out = {0};
    if (steps->count > 1) {
        eval_note(ev, true, call,
                  "sort is ineffective for range queries since results are always ordered by "
                  "labels");
        return matrix;
    }
    struct sorted *rows = ARENA_ARRAY(scratch, struct sorted, matrix.count);
    const char **labels = ARENA_ARRAY(scratch, const char *, call->call.count);
    size_t count = 0;
    for (size_t i = 1; i < call->call.count; i++)
        labels[i - 1] = expr_unwrap(call->call.args[i])->string;
    for (size_t i = 0; i < matrix.count; i++)
        if (matrix.rows[i].count)
            rows[count++] = (struct sorted){matrix.rows[i], matrix.rows[i].points[0].v, i, labels};
    if (count)
        qsort(rows, count, sizeof *rows, order);
    for (size_t i = 0; i < count; i++)
        *matrix_add(ev, &out, &labels_empty) = rows[i].row;
    return out;
}

struct matrix call_sort(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    return sort_rows(ev, call, steps, rising);
}

struct matrix call_sort_desc(struct eval *ev, const struct expr *call, const struct steps *steps)
{
    return sort_rows(ev, call, steps, falling);
}

struct matrix call_sort_by_label(struct eval *ev, const struct expr *call,
                                 const struct steps *steps)
{
    return sort_rows(ev, call, steps, by_labels);
}

struct matrix call_sort_by_label_desc(struct eval *ev, const struct expr *call,
                                      const struct steps *steps)
{
    return sort_rows(ev, call, steps, by_labels_falling);
}
