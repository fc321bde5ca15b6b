/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a series' values over time, taken together. */
#include <math.h>

#include "rules/kahan.h"
#include "rules/quantile.h"
#include "rules/window.h"

bool window_avg(const struct window *w, double *result)
{
    struct kahan_mean mean = {.sum = {.sum = w->points[0].v}, .count = 1};
    for (size_t i = 1; i < w->count; i++)
        kahan_mean_add(&mean, w->points[i].v);
    *result = kahan_mean_value(&mean);
    return true;
}

bool window_sum(const struct window *w, double *result)
{
    struct kahan sum = {0};
    for (size_t i = 0; i < w->count; i++)
        kahan_add(&sum, w->points[i].v);
    *result = isinf(sum.sum) ? sum.sum : sum.sum + sum.lost;
    return true;
}

bool window_count(const struct window *w, double *result)
{
    *result = (double)w->count;
    return true;
}

bool window_present(const struct window *w, double *result)
{
    (void)w;
    *result = 1;
    return true;
}

bool window_first(const struct window *w, double *result)
{
    *result = w->points[0].v;
    return true;
}

bool window_last(const struct window *w, double *result)
{
    *result = w->points[w->count - 1].v;
    return true;
}

bool window_max(const struct window *w, double *result)
{
    *result = w->points[0].v;
    for (size_t i = 0; i < w->count; i++)
        if (w->points[i].v > *result || isnan(*result))
            *result = w->points[i].v;
    return true;
}

bool window_min(const struct window *w, double *result)
{
    *result = w->points[0].v;
    for (size_t i = 0; i < w->count; i++)
        if (w->points[i].v < *result || isnan(*result))
            *result = w->points[i].v;
    return true;
}

bool window_time_of_first(const struct window *w, double *result)
{
    *result = (double)w->points[0].t / 1000;
    return true;
}

bool window_time_of_last(const struct window *w, double *result)
{
    *result = (double)w->points[w->count - 1].t / 1000;
    return true;
}

bool window_time_of_max(const struct window *w, double *result)
{
    const struct point *found = w->points;
    for (size_t i = 0; i < w->count; i++)
        if (w->points[i].v >= found->v || isnan(found->v))
            found = &w->points[i];
    *result = (double)found->t / 1000;
    return true;
}

bool window_time_of_min(const struct window *w, double *result)
{
    const struct point *found = w->points;
    for (size_t i = 0; i < w->count; i++)
        if (w->points[i].v <= found->v || isnan(found->v))
            found = &w->points[i];
    *result = (double)found->t / 1000;
    return true;
}

bool window_stdvar(const struct window *w, double *result)
{
    struct kahan mean = {0}, squares = {0};
    for (size_t i = 0; i < w->count; i++) {
        double v = w->points[i].v;
        double delta = v - (mean.sum + mean.lost);
        kahan_add(&mean, delta / (double)(i + 1));
        kahan_add(&squares, delta * (v - (mean.sum + mean.lost)));
    }
    *result = (squares.sum + squares.lost) / (double)w->count;
    return true;
}

bool window_stddev(const struct window *w, double *result)
{
    window_stdvar(w, result);
    *result = sqrt(*result);
    return true;
}

bool window_quantile(const struct window *w, double *result)
{
    double q = w->args[0];
    if (!(q >= 0 && q <= 1))
        eval_note_quantile(w->ev, w->call->call.args[0], q);
    for (size_t i = 0; i < w->count; i++)
        w->scratch[i] = w->points[i].v;
    *result = quantile_of(q, w->scratch, w->count);
    return true;
}

/* The median of how far values are from their median. */
bool window_mad(const struct window *w, double *result)
{
    *result = NAN;
    for (size_t i = 0; i < w->count; i++) {
        w->scratch[i] = w->points[i].v;
        if (isnan(w->scratch[i]))
            return true;
    }
    double median = quantile_of(0.5, w->scratch, w->count);
    for (size_t i = 0; i < w->count; i++)
        w->scratch[i] = fabs(w->scratch[i] - median);
    *result = quantile_of(0.5, w->scratch, w->count);
    return true;
}

bool window_changes(const struct window *w, double *result)
{
    *result = 0;
    for (size_t i = 1; i < w->count; i++) {
        double a = w->points[i - 1].v, b = w->points[i].v;
        *result += a != b && !(isnan(a) && isnan(b));
    }
    return true;
}

bool window_resets(const struct window *w, double *result)
{
    *result = 0;
    for (size_t i = 1; i < w->count; i++)
        *result += w->points[i].v < w->points[i - 1].v;
    return true;
}
