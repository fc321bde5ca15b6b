/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/functions.h"

#include <math.h>
#include <string.h>

#include "rules/window.h"

static double map_deg(double v)
{
    return v * 180 / M_PI;
}

static double map_rad(double v)
{
    return v * M_PI / 180;
}

static double map_sgn(double v)
{
    return v < 0 ? -1 : v > 0 ? 1 : v;
}

#define S PROMQL_SCALAR
#define V PROMQL_VECTOR
#define M PROMQL_MATRIX
#define T PROMQL_STRING

#define CALL(result, f, ...) .gives = result, .takes = {__VA_ARGS__}, .call = f

#define MAP(f)    .gives = V, .takes = {V}, .call = eval_map, .map = f
#define DATE(f)   .gives = V, .takes = {V}, .more = 1, .call = call_date, .map = f, .uses_time = true
#define WINDOW(f) .gives = V, .takes = {M}, .call = eval_windows, .window = f
/* Functions of native histograms: a store without any has nothing for them. */
#define NATIVE .gives = V, .takes = {V}, .call = call_nothing

static const struct function functions[] = {
    {"abs", MAP(fabs)},
    {"absent", CALL(V, call_absent, V)},
    {"absent_over_time", CALL(V, call_absent_over_time, M), .window = window_present},
    {"acos", MAP(acos)},
    {"acosh", MAP(acosh)},
    {"asin", MAP(asin)},
    {"asinh", MAP(asinh)},
    {"atan", MAP(atan)},
    {"atanh", MAP(atanh)},
    {"avg_over_time", WINDOW(window_avg)},
    {"ceil", MAP(ceil)},
    {"changes", WINDOW(window_changes)},
    {"clamp", CALL(V, call_clamp, V, S, S)},
    {"clamp_max", CALL(V, call_clamp_max, V, S)},
    {"clamp_min", CALL(V, call_clamp_min, V, S)},
    {"cos", MAP(cos)},
    {"cosh", MAP(cosh)},
    {"count_over_time", WINDOW(window_count)},
    {"day_of_month", DATE(date_day_of_month)},
    {"day_of_week", DATE(date_day_of_week)},
    {"day_of_year", DATE(date_day_of_year)},
    {"days_in_month", DATE(date_days_in_month)},
    {"deg", MAP(map_deg)},
    {"delta", WINDOW(window_delta)},
    {"deriv", WINDOW(window_deriv)},
    {"double_exponential_smoothing",
     V,
     {M, S, S},
     eval_windows,
     .window = window_smooth,
     .experimental = true},
    {"end", .gives = S, .call = call_end, .experimental = true, .uses_time = true},
    {"exp", MAP(exp)},
    {"first_over_time", WINDOW(window_first), .keeps_name = true},
    {"floor", MAP(floor)},
    {"histogram_avg", NATIVE},
    {"histogram_count", NATIVE},
    {"histogram_fraction", CALL(V, call_histogram_fraction, S, S, V)},
    {"histogram_quantile", CALL(V, call_histogram_quantile, S, V)},
    {"histogram_quantiles",
     V,
     {V, T, S, S},
     call_histogram_quantiles,
     .more = 9,
     .experimental = true},
    {"histogram_stddev", NATIVE},
    {"histogram_stdvar", NATIVE},
    {"histogram_sum", NATIVE},
    {"holt_winters", CALL(V, eval_windows, M, S, S), .window = window_smooth},
    {"hour", DATE(date_hour)},
    {"idelta", WINDOW(window_idelta)},
    {"increase", WINDOW(window_increase), .wants_counter = true},
    {"info", CALL(V, NULL, V, V), .more = 1, .experimental = true},
    {"irate", WINDOW(window_irate)},
    {"label_join", CALL(V, call_label_join, V, T, T, T), .more = -1},
    {"label_replace", CALL(V, call_label_replace, V, T, T, T, T)},
    {"last_over_time", WINDOW(window_last), .keeps_name = true, .one_will_do = true},
    {"ln", MAP(log)},
    {"log10", MAP(log10)},
    {"log2", MAP(log2)},
    {"mad_over_time", WINDOW(window_mad), .experimental = true},
    {"max_of", CALL(S, call_max_of, S, S), .experimental = true},
    {"max_over_time", WINDOW(window_max)},
    {"min_of", CALL(S, call_min_of, S, S), .experimental = true},
    {"min_over_time", WINDOW(window_min)},
    {"minute", DATE(date_minute)},
    {"month", DATE(date_month)},
    {"pi", .gives = S, .call = call_pi},
    {"predict_linear", CALL(V, eval_windows, M, S), .window = window_predict, .uses_time = true},
    {"present_over_time", WINDOW(window_present)},
    {"quantile_over_time", CALL(V, eval_windows, S, M), .window = window_quantile},
    {"rad", MAP(map_rad)},
    {"range", .gives = S, .call = call_range, .experimental = true, .uses_time = true},
    {"rate", WINDOW(window_rate), .wants_counter = true},
    {"resets", WINDOW(window_resets)},
    {"round", CALL(V, call_round, V, S), .more = 1},
    {"scalar", CALL(S, call_scalar, V)},
    {"sgn", MAP(map_sgn)},
    {"sin", MAP(sin)},
    {"sinh", MAP(sinh)},
    {"sort", CALL(V, call_sort, V)},
    {"sort_by_label", CALL(V, call_sort_by_label, V, T), .more = -1, .experimental = true},
    {"sort_by_label_desc", CALL(V, call_sort_by_label_desc, V, T), .more = -1,
     .experimental = true},
    {"sort_desc", CALL(V, call_sort_desc, V)},
    {"sqrt", MAP(sqrt)},
    {"start", .gives = S, .call = call_start, .experimental = true, .uses_time = true},
    {"start_timestamp", CALL(V, NULL, V), .experimental = true},
    {"stddev_over_time", WINDOW(window_stddev)},
    {"stdvar_over_time", WINDOW(window_stdvar)},
    {"step", .gives = S, .call = call_step, .experimental = true, .uses_time = true},
    {"sum_over_time", WINDOW(window_sum)},
    {"tan", MAP(tan)},
    {"tanh", MAP(tanh)},
    {"time", .gives = S, .call = call_time, .uses_time = true},
    {"timestamp", CALL(V, call_timestamp, V), .uses_time = true},
    {"ts_of_first_over_time", WINDOW(window_time_of_first), .experimental = true},
    {"ts_of_last_over_time", WINDOW(window_time_of_last), .experimental = true},
    {"ts_of_max_over_time", WINDOW(window_time_of_max), .experimental = true},
    {"ts_of_min_over_time", WINDOW(window_time_of_min), .experimental = true},
    {"vector", CALL(V, call_vector, S)},
    {"year", DATE(date_year)},
};

const struct function *function_find(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strlen(functions[i].name) == length && memcmp(functions[i].name, name, length) == 0)
            return &functions[i];
    return NULL;
}
