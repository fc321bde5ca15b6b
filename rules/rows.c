/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/eval.h"
#include "rules/label_index.h"

struct row *matrix_add(struct eval *ev, struct matrix *matrix, const struct labels *labels)
{
    matrix->rows =
        arena_grow(ev->arena, matrix->rows, matrix->count, &matrix->room, sizeof *matrix->rows);
    struct row *row = &matrix->rows[matrix->count++];
    *row = (struct row){.labels = labels};
    eval_room(ev, 1, sizeof *row);
    return row;
}

void matrix_reserve(struct eval *ev, struct matrix *matrix, size_t count)
{
    if (count > matrix->room && eval_room(ev, count, sizeof *matrix->rows)) {
        struct row *rows = ARENA_ARRAY(ev->arena, struct row, count);
        if (matrix->count)
            memcpy(rows, matrix->rows, matrix->count * sizeof *rows);
        matrix->rows = rows;
        matrix->room = count;
    }
}

void row_push(struct eval *ev, struct row *row, int64_t t, double v)
{
    if (row->count == row->room) {
        /* Most evaluations have one step, so most rows one point. */
        size_t room = row->room ? row->room * 4 : 1;
        if (!eval_count(ev, room - row->room) || !eval_room(ev, room, sizeof *row->points))
            return;
        struct point *points = ARENA_ARRAY(ev->arena, struct point, room);
        if (row->count)
            memcpy(points, row->points, row->count * sizeof *points);
        row->points = points;
        row->room = room;
    }
    row->points[row->count++] = (struct point){t, v};
}

static const char *const reserved[] = {LABEL_NAME, "__type__", "__unit__"};
enum { RESERVED = sizeof reserved / sizeof *reserved };

static bool is_reserved(const struct label *label)
{
    if (label->name[0] != '_' || label->name[1] != '_')
        return false; /* as hardly any is */
    for (size_t i = 0; i < RESERVED; i++)
        if (strcmp(label->name, reserved[i]) == 0)
            return true;
    return false;
}

static size_t count_reserved(const struct labels *labels)
{
    size_t count = 0;
    for (size_t i = 0; i < labels->count; i++)
        count += is_reserved(&labels->at[i]);
    return count;
}

const struct labels *labels_nameless(struct arena *arena, const struct labels *labels)
{
    if (!count_reserved(labels))
        return labels;
    return labels_filter(arena, labels, reserved, RESERVED, false);
}

void row_drop_name(struct eval *ev, struct row *row)
{
    if (ev->engine.delayed_name_removal)
        row->drop_name = true;
    else
        row->labels = labels_nameless(ev->arena, row->labels);
}

struct label_choice label_choice(struct arena *scratch, const char *const *names, size_t count,
                                 bool keep)
{
    if (keep)
        return (struct label_choice){names, count, true};
    const char **all = ARENA_ARRAY(scratch, const char *, count + 1);
    for (size_t i = 0; i < count; i++)
        all[i] = names[i];
    all[count] = LABEL_NAME;
    return (struct label_choice){all, count + 1, false};
}

const struct labels *labels_choose(struct arena *arena, const struct labels *labels,
                                   const struct label_choice *choice)
{
    if (choice->keep && !choice->count)
        return &labels_empty;
    return labels_filter(arena, labels, choice->names, choice->count, choice->keep);
}

size_t number_labels(const struct labels *const *sets, size_t count, struct arena *scratch,
                     size_t *numbers)
{
    struct label_index index = {.arena = scratch};
    for (size_t i = 0; i < count; i++)
        numbers[i] = label_index_number(&index, sets[i]);
    return index.count;
}

static int by_time(const void *a, const void *b)
{
    const struct point *x = a, *y = b;
    return x->t < y->t ? -1 : x->t > y->t;
}

/* Puts the points of one row among those of another. */
static void merge_row(struct eval *ev, struct row *into, const struct row *from)
{
    for (size_t i = 0; i < from->count && !ev->failed; i++)
        row_push(ev, into, from->points[i].t, from->points[i].v);
    if (into->count)
        qsort(into->points, into->count, sizeof *into->points, by_time);
    for (size_t i = 1; i < into->count; i++)
        if (into->points[i - 1].t == into->points[i].t)
            eval_fail(ev, -EINVAL, "vector cannot contain metrics with the same labelset");
}

void matrix_merge(struct eval *ev, struct matrix *matrix)
{
    SCRATCH_ARENA(scratch);
    const struct labels **sets = ARENA_ARRAY(scratch, const struct labels *, matrix->count);
    size_t *numbers = ARENA_ARRAY(scratch, size_t, matrix->count);
    size_t count = 0;

    for (size_t i = 0; i < matrix->count; i++)
        if (matrix->rows[i].count)
            matrix->rows[count++] = matrix->rows[i];
    matrix->count = count;
    for (size_t i = 0; i < count; i++)
        sets[i] = matrix->rows[i].labels;
    size_t unique = number_labels(sets, count, scratch, numbers);
    for (size_t i = 0; i < count && unique != count && !ev->failed; i++) {
        struct row *row = &matrix->rows[numbers[i]];
        if (numbers[i] < i && labels_equal(row->labels, sets[i]))
            merge_row(ev, row, &matrix->rows[i]);
        else
            *row = matrix->rows[i];
    }
    matrix->count = unique;
}

void matrix_settle(struct eval *ev, struct matrix *matrix, const struct steps *steps)
{
    if (matrix->count > 1 && !(ev->engine.delayed_name_removal && steps->count == 1))
        matrix_merge(ev, matrix);
}

void matrix_drop_names(struct eval *ev, struct matrix *matrix, const struct steps *steps)
{
    const char *name = NULL;
    bool same = true;
    for (size_t i = 0; i < matrix->count; i++) {
        struct row *row = &matrix->rows[i];
        const char *its = labels_get(row->labels, LABEL_NAME);
        same = same && (!name || its == name || strcmp(its, name) == 0) &&
               count_reserved(row->labels) == (*its != 0);
        name = its;
        row_drop_name(ev, row);
    }
    if (!same)
        matrix_settle(ev, matrix, steps);
}

static int by_row_labels(const void *a, const void *b)
{
    return labels_compare(((const struct row *)a)->labels, ((const struct row *)b)->labels);
}

void matrix_sort(struct matrix *matrix)
{
    if (matrix->count)
        qsort(matrix->rows, matrix->count, sizeof *matrix->rows, by_row_labels);
}

void cursor_init(struct cursor *cursor, const struct matrix *matrix, struct arena *scratch)
{
    cursor->matrix = matrix;
    cursor->next = ARENA_ARRAY(scratch, size_t, matrix->count);
}

bool cursor_peek(struct cursor *cursor, size_t index, int64_t t)
{
    const struct row *row = &cursor->matrix->rows[index];
    size_t *next = &cursor->next[index];
    while (*next < row->count && row->points[*next].t < t)
        ++*next;
    return *next < row->count && row->points[*next].t == t;
}

bool cursor_at(struct cursor *cursor, size_t index, int64_t t, double *v)
{
    if (!cursor_peek(cursor, index, t))
        return false;
    *v = cursor->matrix->rows[index].points[cursor->next[index]++].v;
    return true;
}
