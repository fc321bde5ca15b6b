/* SPDX-License-Identifier: Apache-2.0 */
/* Aggregations that need a group's values side by side: topk, bottomk, quantile, limitk, ... */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "rules/aggregate.h"
#include "rules/quantile.h"

struct extent {
    double least, most;
    bool has_nan;
};

static struct extent extent_of(const double *values, size_t count)
{
    struct extent x = {INFINITY, -INFINITY, false};
    for (size_t i = 0; i < count; i++) {
        x.has_nan |= isnan(values[i]);
        x.least = fmin(x.least, values[i]);
        x.most = fmax(x.most, values[i]);
    }
    return x;
}

/* Whether anything can come of k, or of the ratio; fails where it is out of range. */
static bool check_k(struct eval *ev, const struct extent *x, const struct expr *param)
{
    (void)param;
    if (x->has_nan)
        eval_fail(ev, -EINVAL, "Parameter value is NaN");
    else if (x->most >= 1 && x->least <= -0x1p63)
        eval_fail(ev, -EINVAL, "Scalar value %s underflows int64", eval_number_text(ev, x->least));
    else if (x->most >= 0x1p63)
        eval_fail(ev, -EINVAL, "Scalar value %s overflows int64", eval_number_text(ev, x->most));
    return x->most >= 1;
}

static bool check_ratio(struct eval *ev, const struct extent *x, const struct expr *param)
{
    if (x->has_nan)
        eval_fail(ev, -EINVAL, "Ratio value is NaN");
    if (x->most > 1)
        eval_note(ev, true, param, "ratio value should be between -1 and 1, got %s, capping to 1",
                  eval_number_text(ev, x->most));
    if (x->least < -1)
        eval_note(ev, true, param, "ratio value should be between -1 and 1, got %s, capping to -1",
                  eval_number_text(ev, x->least));
    return x->most != 0 || x->least != 0;
}

static bool check_quantile(struct eval *ev, const struct extent *x, const struct expr *param)
{
    if (x->has_nan)
        eval_note_quantile(ev, param, NAN);
    if (x->most > 1)
        eval_note_quantile(ev, param, x->most);
    if (x->least < 0)
        eval_note_quantile(ev, param, x->least);
    return true;
}

struct element {
    double v;
    size_t row;
    size_t position; /* before sorting */
};

/* The elements of a group at one step, in the room that its rows need. */
struct list {
    struct element *at;
    size_t used;
};

struct lists {
    struct groups groups;
    struct list *of; /* each group */
    double *values;  /* room for those of a group */
    size_t *out;     /* of each input row: its row in the result, from 1 */
    struct matrix result;
};

/* topk's order has the least on top of the heap, bottomk's the greatest; NaN goes first. */
typedef bool before(const struct element *a, const struct element *b);

static bool lesser(const struct element *a, const struct element *b)
{
    return isnan(a->v) || a->v < b->v;
}

static bool greater(const struct element *a, const struct element *b)
{
    return isnan(a->v) || a->v > b->v;
}

static void swap(struct element *a, struct element *b)
{
    struct element held = *a;
    *a = *b;
    *b = held;
}

/* Go's container/heap to the letter: which of equal values stay is a matter of its steps. */
static void heap_push(struct list *list, struct element element, before *less)
{
    size_t at = list->used++;
    list->at[at] = element;
    while (at > 0 && less(&list->at[at], &list->at[(at - 1) / 2])) {
        swap(&list->at[at], &list->at[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
}

static void heap_replace_top(struct list *list, struct element element, before *less)
{
    size_t at = 0;
    list->at[0] = element;
    for (size_t child; (child = 2 * at + 1) < list->used; at = child) {
        if (child + 1 < list->used && less(&list->at[child + 1], &list->at[child]))
            child++;
        if (!less(&list->at[child], &list->at[at]))
            return;
        swap(&list->at[child], &list->at[at]);
    }
}

static void take_k(struct list *list, struct element element, double k, before *less)
{
    if ((double)list->used < k) {
        heap_push(list, element, less);
        return;
    }
    const struct element *top = &list->at[0];
    if ((isnan(top->v) && !isnan(element.v)) || (!isnan(top->v) && less(top, &element)))
        heap_replace_top(list, element, less);
}

static void take_top(struct list *list, struct element element, double k)
{
    take_k(list, element, k, lesser);
}

static void take_bottom(struct list *list, struct element element, double k)
{
    take_k(list, element, k, greater);
}

static void take_first(struct list *list, struct element element, double k)
{
    if ((double)list->used < k)
        list->at[list->used++] = element;
}

static void take_any(struct list *list, struct element element, double parameter)
{
    (void)parameter;
    list->at[list->used++] = element;
}

static int falling(const void *a, const void *b)
{
    const struct element *x = a, *y = b;
    if (isnan(x->v) || isnan(y->v) || x->v == y->v)
        return isnan(x->v) != isnan(y->v)  ? isnan(x->v) - isnan(y->v)
               : x->position < y->position ? -1
                                           : 1;
    return x->v > y->v ? -1 : 1;
}

static int rising(const void *a, const void *b)
{
    const struct element *x = a, *y = b;
    if (isnan(x->v) || isnan(y->v) || x->v == y->v)
        return falling(a, b);
    return x->v < y->v ? -1 : 1;
}

static const struct list_aggregation {
    bool (*check)(struct eval *, const struct extent *, const struct expr *);
    void (*take)(struct list *, struct element, double parameter);
    int (*order)(const void *, const void *); /* NULL: as they came */
} list_aggregations[] = {
    [AGGREGATE_TOPK] = {check_k, take_top, falling},
    [AGGREGATE_BOTTOMK] = {check_k, take_bottom, rising},
    [AGGREGATE_LIMITK] = {check_k, take_first, NULL},
    [AGGREGATE_LIMIT_RATIO] = {check_ratio, take_any, NULL},
    [AGGREGATE_QUANTILE] = {check_quantile, take_any, NULL},
};

static void add_text(const char *text, struct buf *out)
{
    size_t length = strlen(text);
    for (size_t left = length; left >= 0x80; left >>= 7)
        buf_add(out, &(unsigned char){(unsigned char)(left | 0x80)}, 1);
    size_t last = length;
    while (last >= 0x80)
        last >>= 7;
    buf_add(out, &(unsigned char){(unsigned char)last}, 1);
    buf_add(out, text, length);
}

/* Where a series falls in [0, 1): by upstream's hash of its labels, so that both take the same. */
static bool is_in_ratio(const struct labels *labels, double ratio)
{
    struct buf bytes = {0};
    for (size_t i = 0; i < labels->count; i++) {
        add_text(labels->at[i].name, &bytes);
        add_text(labels->at[i].value, &bytes);
    }
    double offset = (double)XXH64(bytes.data, bytes.length, 0) / 0x1p64;
    buf_free(&bytes);
    return ratio >= 0 ? offset < ratio : offset >= 1 + ratio;
}

static void take_step(struct lists *lists, enum aggregate_op op, double parameter,
                      struct cursor *cursor, int64_t t)
{
    const struct matrix *input = &lists->groups.input;
    struct element element = {0};
    for (size_t i = 0; i < lists->groups.count; i++)
        lists->of[i].used = 0;
    for (element.row = 0; element.row < input->count; element.row++) {
        if (!cursor_at(cursor, element.row, t, &element.v))
            continue;
        if (op == AGGREGATE_LIMIT_RATIO && !is_in_ratio(input->rows[element.row].labels, parameter))
            continue;
        list_aggregations[op].take(&lists->of[lists->groups.of[element.row]], element, parameter);
    }
}

static void give_elements(struct eval *ev, struct lists *lists, enum aggregate_op op, int64_t t)
{
    for (size_t g = 0; g < lists->groups.count; g++) {
        struct list *list = &lists->of[g];
        for (size_t i = 0; i < list->used; i++)
            list->at[i].position = i;
        if (list->used && list_aggregations[op].order)
            qsort(list->at, list->used, sizeof *list->at, list_aggregations[op].order);
        for (size_t i = 0; i < list->used && !ev->failed; i++) {
            size_t *out = &lists->out[list->at[i].row];
            const struct row *from = &lists->groups.input.rows[list->at[i].row];
            if (!*out) {
                matrix_add(ev, &lists->result, from->labels)->drop_name = from->drop_name;
                *out = lists->result.count;
            }
            row_push(ev, &lists->result.rows[*out - 1], t, list->at[i].v);
        }
    }
}

static void give_quantiles(struct eval *ev, struct lists *lists, double q, int64_t t)
{
    for (size_t g = 0; g < lists->groups.count && !ev->failed; g++) {
        const struct list *list = &lists->of[g];
        for (size_t i = 0; i < list->used; i++)
            lists->values[i] = list->at[i].v;
        if (list->used)
            row_push(ev, &lists->result.rows[g], t, quantile_of(q, lists->values, list->used));
    }
}

static void prepare_lists(struct eval *ev, struct lists *lists, bool quantile,
                          struct arena *scratch)
{
    const struct groups *g = &lists->groups;
    struct element *room = ARENA_ARRAY(scratch, struct element, g->input.count);
    size_t *sizes = ARENA_ARRAY(scratch, size_t, g->count);
    lists->of = ARENA_ARRAY(scratch, struct list, g->count);
    lists->out = ARENA_ARRAY(scratch, size_t, g->input.count);
    lists->values = ARENA_ARRAY(scratch, double, g->input.count);
    for (size_t i = 0; i < g->input.count; i++)
        sizes[g->of[i]]++;
    for (size_t i = 0; i < g->count; i++) {
        lists->of[i].at = room;
        room += sizes[i];
        if (quantile)
            matrix_add(ev, &lists->result, g->labels[i]);
    }
    for (size_t i = 0; i < g->input.count && quantile; i++)
        lists->result.rows[g->of[i]].drop_name |= g->input.rows[i].drop_name;
}

struct matrix eval_aggregate_list(struct eval *ev, const struct expr *expr,
                                  const struct steps *steps)
{
    SCRATCH_ARENA(scratch);
    enum aggregate_op op = expr->aggregate.kind->op;
    bool quantile = op == AGGREGATE_QUANTILE;
    const double *parameters = eval_scalar(ev, expr->aggregate.param, steps);
    struct lists lists = {.groups = group_rows(ev, expr, steps, scratch)};
    struct cursor cursor;
    if (ev->failed)
        return lists.result;
    struct extent extent = extent_of(parameters, steps->count);
    if (!list_aggregations[op].check(ev, &extent, expr->aggregate.param) || ev->failed)
        return lists.result;
    prepare_lists(ev, &lists, quantile, scratch);
    cursor_init(&cursor, &lists.groups.input, scratch);
    for (size_t i = 0; i < steps->count && eval_count(ev, lists.groups.input.count + 1); i++) {
        int64_t t = step_time(steps, i);
        take_step(&lists, op, parameters[i], &cursor, t);
        if (quantile)
            give_quantiles(ev, &lists, parameters[i], t);
        else
            give_elements(ev, &lists, op, t);
    }
    return lists.result;
}
