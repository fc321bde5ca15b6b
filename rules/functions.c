/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/functions.h"

#include <string.h>

#define N PROMQL_NONE
#define S PROMQL_SCALAR
#define V PROMQL_VECTOR
#define M PROMQL_MATRIX
#define T PROMQL_STRING

/* In the order of their names. */
static const struct function functions[] = {
    {"abs", V, {V}, 0, false, false},
    {"absent", V, {V}, 0, false, false},
    {"absent_over_time", V, {M}, 0, false, false},
    {"acos", V, {V}, 0, false, false},
    {"acosh", V, {V}, 0, false, false},
    {"asin", V, {V}, 0, false, false},
    {"asinh", V, {V}, 0, false, false},
    {"atan", V, {V}, 0, false, false},
    {"atanh", V, {V}, 0, false, false},
    {"avg_over_time", V, {M}, 0, false, false},
    {"ceil", V, {V}, 0, false, false},
    {"changes", V, {M}, 0, false, false},
    {"clamp", V, {V, S, S}, 0, false, false},
    {"clamp_max", V, {V, S}, 0, false, false},
    {"clamp_min", V, {V, S}, 0, false, false},
    {"cos", V, {V}, 0, false, false},
    {"cosh", V, {V}, 0, false, false},
    {"count_over_time", V, {M}, 0, false, false},
    {"day_of_month", V, {V}, 1, false, true},
    {"day_of_week", V, {V}, 1, false, true},
    {"day_of_year", V, {V}, 1, false, true},
    {"days_in_month", V, {V}, 1, false, true},
    {"deg", V, {V}, 0, false, false},
    {"delta", V, {M}, 0, false, false},
    {"deriv", V, {M}, 0, false, false},
    {"double_exponential_smoothing", V, {M, S, S}, 0, true, false},
    {"end", S, {N}, 0, true, false},
    {"exp", V, {V}, 0, false, false},
    {"first_over_time", V, {M}, 0, false, false},
    {"floor", V, {V}, 0, false, false},
    {"histogram_avg", V, {V}, 0, false, false},
    {"histogram_count", V, {V}, 0, false, false},
    {"histogram_fraction", V, {S, S, V}, 0, false, false},
    {"histogram_quantile", V, {S, V}, 0, false, false},
    {"histogram_quantiles", V, {V, T, S, S}, 9, true, false},
    {"histogram_stddev", V, {V}, 0, false, false},
    {"histogram_stdvar", V, {V}, 0, false, false},
    {"histogram_sum", V, {V}, 0, false, false},
    {"holt_winters", V, {M, S, S}, 0, false, false},
    {"hour", V, {V}, 1, false, true},
    {"idelta", V, {M}, 0, false, false},
    {"increase", V, {M}, 0, false, false},
    {"info", V, {V, V}, 1, true, false},
    {"irate", V, {M}, 0, false, false},
    {"label_join", V, {V, T, T, T}, -1, false, false},
    {"label_replace", V, {V, T, T, T, T}, 0, false, false},
    {"last_over_time", V, {M}, 0, false, false},
    {"ln", V, {V}, 0, false, false},
    {"log10", V, {V}, 0, false, false},
    {"log2", V, {V}, 0, false, false},
    {"mad_over_time", V, {M}, 0, true, false},
    {"max_of", S, {S, S}, 0, true, false},
    {"max_over_time", V, {M}, 0, false, false},
    {"min_of", S, {S, S}, 0, true, false},
    {"min_over_time", V, {M}, 0, false, false},
    {"minute", V, {V}, 1, false, true},
    {"month", V, {V}, 1, false, true},
    {"pi", S, {N}, 0, false, false},
    {"predict_linear", V, {M, S}, 0, false, true},
    {"present_over_time", V, {M}, 0, false, false},
    {"quantile_over_time", V, {S, M}, 0, false, false},
    {"rad", V, {V}, 0, false, false},
    {"range", S, {N}, 0, true, false},
    {"rate", V, {M}, 0, false, false},
    {"resets", V, {M}, 0, false, false},
    {"round", V, {V, S}, 1, false, false},
    {"scalar", S, {V}, 0, false, false},
    {"sgn", V, {V}, 0, false, false},
    {"sin", V, {V}, 0, false, false},
    {"sinh", V, {V}, 0, false, false},
    {"sort", V, {V}, 0, false, false},
    {"sort_by_label", V, {V, T}, -1, true, false},
    {"sort_by_label_desc", V, {V, T}, -1, true, false},
    {"sort_desc", V, {V}, 0, false, false},
    {"sqrt", V, {V}, 0, false, false},
    {"start", S, {N}, 0, true, false},
    {"start_timestamp", V, {V}, 0, true, true},
    {"stddev_over_time", V, {M}, 0, false, false},
    {"stdvar_over_time", V, {M}, 0, false, false},
    {"step", S, {N}, 0, true, false},
    {"sum_over_time", V, {M}, 0, false, false},
    {"tan", V, {V}, 0, false, false},
    {"tanh", V, {V}, 0, false, false},
    {"time", S, {N}, 0, false, true},
    {"timestamp", V, {V}, 0, false, true},
    {"ts_of_first_over_time", V, {M}, 0, true, false},
    {"ts_of_last_over_time", V, {M}, 0, true, false},
    {"ts_of_max_over_time", V, {M}, 0, true, false},
    {"ts_of_min_over_time", V, {M}, 0, true, false},
    {"vector", V, {S}, 0, false, false},
    {"year", V, {V}, 1, false, true},
};

const struct function *function_find(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strlen(functions[i].name) == length && memcmp(functions[i].name, name, length) == 0)
            return &functions[i];
    return NULL;
}
