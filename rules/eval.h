/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_EVAL_H
#define RULES_EVAL_H

#include "rules/ast.h"
#include "rules/functions.h"
#include "rules/rows.h"

/*
 * One evaluation. A failure sticks: whoever meets one records it by eval_fail(), and whoever loops
 * looks at failed. All rows live in the arena.
 */
struct eval {
    struct promql_engine engine; /* defaults filled in */
    const struct store *store;
    struct arena *arena;
    size_t arena_start;     /* its bytes before the evaluation */
    struct steps query;     /* what start() and step() tell of */
    int64_t query_end;      /* what end() tells */
    size_t series, samples; /* touched so far */
    size_t without_past;
    bool in_subquery;
    struct notes *notes;
    int failed;
    struct error *e;
};

/* Records a failure, if it is the first. */
void eval_fail(struct eval *ev, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Counts samples that are looked at or made, and looks whether a bound is met. False: failed. */
bool eval_count(struct eval *ev, size_t samples);

/* Whether there is room for so many things of so many bytes beside what is held. False: failed. */
bool eval_room(struct eval *ev, size_t count, size_t bytes);

/* Evaluates a node at each step. A string has no value of this kind. */
struct matrix eval_node(struct eval *ev, const struct expr *expr, const struct steps *steps);

/* The same for a scalar: its values, one a step; NULL after a failure. */
const double *eval_scalar(struct eval *ev, const struct expr *expr, const struct steps *steps);

/* The nodes that have a file of their own. */
struct matrix eval_selector(struct eval *ev, const struct expr *expr, const struct steps *steps);
struct matrix eval_timestamps(struct eval *ev, const struct expr *expr, const struct steps *steps);
struct matrix eval_range(struct eval *ev, const struct expr *expr, const struct steps *steps);
struct matrix eval_subquery(struct eval *ev, const struct expr *expr, const struct steps *steps);
struct matrix eval_windows(struct eval *ev, const struct expr *call, const struct steps *steps);
struct matrix eval_aggregate(struct eval *ev, const struct expr *expr, const struct steps *steps);
struct matrix eval_aggregate_list(struct eval *ev, const struct expr *expr,
                                  const struct steps *steps);
struct matrix eval_count_values(struct eval *ev, const struct expr *expr,
                                const struct steps *steps);
struct matrix eval_binary(struct eval *ev, const struct expr *expr, const struct steps *steps);
struct matrix eval_match(struct eval *ev, const struct expr *expr, const struct steps *steps);
struct matrix eval_set(struct eval *ev, const struct expr *expr, const struct steps *steps);

/* One scalar operation; a comparison gives 1 or 0. */
double binary_apply(enum binary_op op, double left, double right);

/* Any text may be a label's name that is UTF-8 and not empty. */
bool eval_is_label_name(const char *name);

/* The series that a selector finds. */
struct found {
    const struct series **series;
    size_t count;
};
struct found eval_find(struct eval *ev, const struct selector *selector);

/* When a selector or subquery looks, for an evaluation at t. */
int64_t eval_shift(const struct eval *ev, const struct shift *shift, int64_t t);

/* Puts what eval_note() was told into a value. */
void eval_notes(const struct eval *ev, struct promql_value *value);

/* A warning or information about a place, told once however often it comes up. */
void eval_note(struct eval *ev, bool warning, const struct expr *about, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A number as it stands in such texts: as Go's %v and %g print it. */
const char *eval_number_text(struct eval *ev, double v);

/* The warning that a quantile is not between 0 and 1. */
void eval_note_quantile(struct eval *ev, const struct expr *about, double q);

#endif
