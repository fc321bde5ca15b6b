/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_ROWS_H
#define RULES_ROWS_H

#include "rules/promql.h"

/*
 * What an expression has for a value between its nodes: series over the steps of an evaluation. An
 * instant evaluation has one step, a scalar is one row without labels that has a point at each.
 */
struct steps {
    int64_t start, step;
    size_t count;
};

static inline int64_t step_time(const struct steps *steps, size_t index)
{
    return steps->start + (int64_t)index * steps->step;
}

static inline size_t step_index(const struct steps *steps, int64_t t)
{
    return steps->count == 1 ? 0 : (size_t)((t - steps->start) / steps->step);
}

struct row {
    const struct labels *labels;
    struct point *points; /* in the order of time, at steps only */
    size_t count, room;
    bool drop_name; /* with delayed name removal: the name goes at the end */
};

struct matrix {
    struct row *rows;
    size_t count, room;
};

struct eval;

/* A new empty row; pointers to rows are good until the next one is added. */
struct row *matrix_add(struct eval *ev, struct matrix *matrix, const struct labels *labels);

/* Makes room for so many rows at once, so that adding them moves none. */
void matrix_reserve(struct eval *ev, struct matrix *matrix, size_t count);

/* Adds a point. Where a bound is met it marks the evaluation as failed and adds none. */
void row_push(struct eval *ev, struct row *row, int64_t t, double v);

/* Takes the metric's name away, now or, with delayed name removal, at the end. */
void row_drop_name(struct eval *ev, struct row *row);

/*
 * Makes one row of rows with equal labels. It is an error when two of them have a point at the same
 * time. Rows without points go.
 */
void matrix_merge(struct eval *ev, struct matrix *matrix);

/*
 * The same where a step has made labels equal: in an instant evaluation with delayed name removal
 * nothing is equal before the end.
 */
void matrix_settle(struct eval *ev, struct matrix *matrix, const struct steps *steps);

/*
 * Takes the metric's name from all rows and settles them. Rows that had all the same name are as
 * different without it, so most of the time there is nothing to settle.
 */
void matrix_drop_names(struct eval *ev, struct matrix *matrix, const struct steps *steps);

/* Sorts rows by their labels. */
void matrix_sort(struct matrix *matrix);

/*
 * Numbers label sets from 0, equal ones alike, in the order in which they first appear. Gives how
 * many numbers there are.
 */
size_t number_labels(const struct labels *const *sets, size_t count, struct arena *scratch,
                     size_t *numbers);

/* Labels by which rows are put together: those of names, or all but them and the metric's name. */
struct label_choice {
    const char *const *names;
    size_t count;
    bool keep;
};

struct label_choice label_choice(struct arena *scratch, const char *const *names, size_t count,
                                 bool keep);
const struct labels *labels_choose(struct arena *arena, const struct labels *labels,
                                   const struct label_choice *choice);

/* Labels without the metric's name (and its type and unit); the same set where it has none. */
const struct labels *labels_nameless(struct arena *arena, const struct labels *labels);

/* Walks the points of all rows step by step. */
struct cursor {
    const struct matrix *matrix;
    size_t *next; /* point of each row */
};

void cursor_init(struct cursor *cursor, const struct matrix *matrix, struct arena *scratch);

/* Whether the row has a point at t; times must not fall from call to call. */
bool cursor_peek(struct cursor *cursor, size_t row, int64_t t);

/* Takes it. */
bool cursor_at(struct cursor *cursor, size_t row, int64_t t, double *v);

#endif
