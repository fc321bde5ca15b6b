/* SPDX-License-Identifier: Apache-2.0 */
/* How fast a series changes: between its ends, at its end, or by a straight line through it. */
#include <errno.h>
#include <math.h>

#include "rules/kahan.h"
#include "rules/window.h"

static double seconds(int64_t ms)
{
    return (double)ms / 1000;
}

/* What a counter lost by its resets: it starts anew from 0. */
static double lost_by_resets(const struct window *w)
{
    double lost = 0;
    for (size_t i = 1; i < w->count; i++)
        if (w->points[i].v < w->points[i - 1].v)
            lost += w->points[i - 1].v;
    return lost;
}

/*
 * The change over the whole range. Samples rarely stand at its edges: where they are about as close
 * to an edge as to each other the series is taken to go on to the edge, else for half of their
 * distance; but a counter does not go below 0.
 */
static bool extrapolate(const struct window *w, bool counter, bool per_second, double *result)
{
    const struct point *first = &w->points[0], *last = &w->points[w->count - 1];
    if (w->count < 2)
        return false;
    double change = last->v - first->v + (counter ? lost_by_resets(w) : 0);
    double sampled = seconds(last->t - first->t);
    double average = sampled / (double)(w->count - 1), threshold = average * 1.1;
    double to_start = seconds(first->t - w->start), to_end = seconds(w->end - last->t);

    if (to_start >= threshold)
        to_start = average / 2;
    if (counter && change > 0 && first->v >= 0) {
        double to_zero = sampled * (first->v / change);
        if (to_zero < to_start)
            to_start = to_zero;
    }
    if (to_end >= threshold)
        to_end = average / 2;
    double factor = (sampled + to_start + to_end) / sampled;
    if (per_second)
        factor /= seconds(w->end - w->start);
    *result = change * factor;
    return true;
}

bool window_delta(const struct window *w, double *result)
{
    return extrapolate(w, false, false, result);
}

bool window_increase(const struct window *w, double *result)
{
    return extrapolate(w, true, false, result);
}

bool window_rate(const struct window *w, double *result)
{
    return extrapolate(w, true, true, result);
}

bool window_idelta(const struct window *w, double *result)
{
    if (w->count < 2)
        return false;
    *result = w->points[w->count - 1].v - w->points[w->count - 2].v;
    return true;
}

bool window_irate(const struct window *w, double *result)
{
    if (w->count < 2)
        return false;
    const struct point *a = &w->points[w->count - 2], *b = a + 1;
    *result = (b->v < a->v ? b->v : b->v - a->v) / seconds(b->t - a->t);
    return true;
}

struct line {
    double slope, intercept;
};

static bool is_level(const struct window *w)
{
    size_t i = 1;
    while (i < w->count && w->points[i].v == w->points[0].v)
        i++;
    return i == w->count;
}

/* The line by least squares; intercept is its value at time at. */
static struct line fit_line(const struct window *w, int64_t at)
{
    struct kahan x = {0}, y = {0}, xy = {0}, xx = {0};
    double n = (double)w->count;
    if (is_level(w))
        return isinf(w->points[0].v) ? (struct line){NAN, NAN} : (struct line){0, w->points[0].v};
    for (size_t i = 0; i < w->count; i++) {
        double dx = seconds(w->points[i].t - at), v = w->points[i].v;
        kahan_add(&x, dx);
        kahan_add(&y, v);
        kahan_add(&xy, dx * v);
        kahan_add(&xx, dx * dx);
    }
    double sum_x = x.sum + x.lost, sum_y = y.sum + y.lost;
    double covariance = xy.sum + xy.lost - sum_x * sum_y / n;
    double variance = xx.sum + xx.lost - sum_x * sum_x / n;
    double slope = covariance / variance;
    return (struct line){slope, sum_y / n - slope * sum_x / n};
}

bool window_deriv(const struct window *w, double *result)
{
    if (w->count < 2)
        return false;
    /* Times near 0 keep more digits. */
    *result = fit_line(w, w->points[0].t).slope;
    return true;
}

bool window_predict(const struct window *w, double *result)
{
    if (w->count < 2)
        return false;
    struct line line = fit_line(w, w->now);
    *result = line.slope * w->args[0] + line.intercept;
    return true;
}

/* Double exponential smoothing: of the value, and of its trend. */
bool window_smooth(const struct window *w, double *result)
{
    double smoothing = w->args[0], trending = w->args[1];
    if (!(smoothing > 0 && smoothing < 1))
        eval_fail(w->ev, -EINVAL, "invalid smoothing factor. Expected: 0 < sf < 1, got: %f",
                  smoothing);
    if (!(trending > 0 && trending < 1))
        eval_fail(w->ev, -EINVAL, "invalid trend factor. Expected: 0 < tf < 1, got: %f", trending);
    if (w->count < 2 || w->ev->failed)
        return false;
    double before = 0, now = w->points[0].v, trend = w->points[1].v - w->points[0].v;
    for (size_t i = 1; i < w->count; i++) {
        if (i > 1)
            trend = trending * (now - before) + (1 - trending) * trend;
        double next = smoothing * w->points[i].v + (1 - smoothing) * (now + trend);
        before = now;
        now = next;
    }
    *result = now;
    return true;
}
