/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_WINDOW_H
#define RULES_WINDOW_H

#include "rules/eval.h"

/* What a function over a range vector sees of one series at one step. */
struct window {
    const struct point *points; /* at least one, without staleness markers */
    size_t count;
    int64_t start, end; /* of the range, in milliseconds; offset and @ are taken off */
    int64_t now;        /* the evaluation's time */
    const struct labels *labels;
    const double *args; /* the call's scalar arguments at this step, in their order */
    const struct expr *call;
    struct eval *ev;
    double *scratch; /* room for as many values as there are points */
};

/* Gives false where the window has no result. */
typedef bool window_function(const struct window *window, double *result);

window_function window_avg, window_changes, window_count, window_delta, window_deriv, window_first,
    window_idelta, window_increase, window_irate, window_last, window_mad, window_max, window_min,
    window_predict, window_present, window_quantile, window_rate, window_resets, window_smooth,
    window_stddev, window_stdvar, window_sum, window_time_of_first, window_time_of_last,
    window_time_of_max, window_time_of_min;

#endif
