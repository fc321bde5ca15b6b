/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "rules/aggregate.h"

/* The labels that a value of a row is counted under. */
static const struct labels *value_labels(struct eval *ev, const struct expr *expr,
                                         const struct labels *labels, double v,
                                         const struct label_choice *choice)
{
    struct buf text = {0};
    promql_print_number(v, &text);
    const char *value = arena_strdup(ev->arena, text.data);
    buf_free(&text);
    const char *name = expr_unwrap(expr->aggregate.param)->string;
    if (choice->keep) {
        const struct labels *key = labels_choose(ev->arena, labels, choice);
        return labels_with(ev->arena, key, name, value);
    }
    return labels_choose(ev->arena, labels_with(ev->arena, labels, name, value), choice);
}

static void check_label(struct eval *ev, const struct expr *name)
{
    struct buf text = {0};
    promql_print(name, &text);
    if (!eval_is_label_name(name->string))
        eval_fail(ev, -EINVAL, "invalid label name %s", text.data);
    buf_free(&text);
}

/* count_values: as many rows a group as there are different values. */
struct matrix eval_count_values(struct eval *ev, const struct expr *expr, const struct steps *steps)
{
    SCRATCH_ARENA(scratch);
    struct matrix input = eval_node(ev, expr->aggregate.inner, steps), out = {0};
    struct label_choice choice = label_choice(
        scratch, expr->aggregate.labels, expr->aggregate.label_count, !expr->aggregate.without);
    size_t points = 0, used = 0;
    check_label(ev, expr_unwrap(expr->aggregate.param));
    for (size_t i = 0; i < input.count; i++)
        points += input.rows[i].count;
    if (!eval_room(ev, points, 256))
        return out;
    const struct labels **keys = ARENA_ARRAY(scratch, const struct labels *, points);
    size_t *numbers = ARENA_ARRAY(scratch, size_t, points);
    for (size_t i = 0; i < input.count && eval_count(ev, input.rows[i].count); i++)
        for (size_t p = 0; p < input.rows[i].count; p++)
            keys[used++] =
                value_labels(ev, expr, input.rows[i].labels, input.rows[i].points[p].v, &choice);
    if (ev->failed)
        return out;
    size_t count = number_labels(keys, points, scratch, numbers);
    if (!eval_room(ev, count * steps->count, sizeof(double)))
        return out;
    double *counts = ARENA_ARRAY(scratch, double, count * steps->count);
    const struct labels **labels = ARENA_ARRAY(scratch, const struct labels *, count);
    for (size_t i = 0, k = 0; i < input.count; i++)
        for (size_t p = 0; p < input.rows[i].count; p++, k++) {
            labels[numbers[k]] = keys[k];
            counts[numbers[k] * steps->count + step_index(steps, input.rows[i].points[p].t)]++;
        }
    for (size_t i = 0; i < count && !ev->failed; i++) {
        struct row *row = matrix_add(ev, &out, labels[i]);
        for (size_t s = 0; s < steps->count; s++)
            if (counts[i * steps->count + s] > 0)
                row_push(ev, row, step_time(steps, s), counts[i * steps->count + s]);
    }
    return out;
}
