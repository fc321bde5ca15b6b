/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_FUNCTIONS_H
#define RULES_FUNCTIONS_H

#include "rules/promql.h"

enum { FUNCTION_MAX_TYPES = 5 };

struct eval;
struct expr;
struct matrix;
struct steps;
struct window;

/* What PromQL calls a function: its signature, and how it is computed. */
struct function {
    const char *name;
    enum promql_type gives;
    enum promql_type takes[FUNCTION_MAX_TYPES]; /* PROMQL_NONE ends them */
    /* NULL: not known here, an experiment */
    struct matrix (*call)(struct eval *ev, const struct expr *call, const struct steps *steps);
    double (*map)(double v);                                     /* of eval_map() */
    bool (*window)(const struct window *window, double *result); /* of eval_windows() */
    int more; /* how often the last argument may be missing (1) or come again; -1: any number */
    bool experimental;  /* so upstream says */
    bool uses_time;     /* depends on the evaluation's time, not on its arguments alone */
    bool keeps_name;    /* of the metric */
    bool one_will_do;   /* a range of one sample is as good a past as any */
    bool wants_counter; /* informs where a metric's name is none of a counter */
};

/* NULL where there is none of that name. */
const struct function *function_find(const char *name, size_t length);

/*
 * Calls of functions that are not of their own kind; each has the signature of struct function's
 * call. eval_map() gives each value's map(), eval_windows() is for functions over range vectors.
 */
#define CALL(name)                                                                                 \
    struct matrix name(struct eval *ev, const struct expr *call, const struct steps *steps)
CALL(eval_map);
CALL(eval_windows);
CALL(call_absent);
CALL(call_absent_over_time);
CALL(call_clamp);
CALL(call_clamp_max);
CALL(call_clamp_min);
CALL(call_date);
CALL(call_end);
CALL(call_histogram_fraction);
CALL(call_histogram_quantile);
CALL(call_histogram_quantiles);
CALL(call_label_join);
CALL(call_label_replace);
CALL(call_max_of);
CALL(call_min_of);
CALL(call_nothing);
CALL(call_pi);
CALL(call_range);
CALL(call_round);
CALL(call_scalar);
CALL(call_sort);
CALL(call_sort_by_label);
CALL(call_sort_by_label_desc);
CALL(call_sort_desc);
CALL(call_start);
CALL(call_step);
CALL(call_time);
CALL(call_timestamp);
CALL(call_vector);
#undef CALL

/* Parts of a date, seconds since 1970 in UTC: what call_date() maps. */
double date_day_of_month(double t);
double date_day_of_week(double t);
double date_day_of_year(double t);
double date_days_in_month(double t);
double date_hour(double t);
double date_minute(double t);
double date_month(double t);
double date_year(double t);

#endif
