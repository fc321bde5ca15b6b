/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "core/batch.h"
#include "rules/eval.h"

int64_t eval_shift(const struct eval *ev, const struct shift *shift, int64_t t)
{
    switch (shift->at) {
    case AT_NONE:
        break;
    case AT_TIME:
        t = shift->at_ms;
        break;
    case AT_START:
        t = ev->query.start;
        break;
    case AT_END:
        t = ev->query_end;
        break;
    }
    return t - shift->offset_ms;
}

struct found eval_find(struct eval *ev, const struct selector *selector)
{
    struct found found = {0};
    struct error e;
    size_t touched = 0;
    if (ev->failed)
        return found;
    if (store_select(ev->store, selector->matchers, selector->matcher_count, ev->arena,
                     &found.series, &found.count, &touched, &e)) {
        eval_fail(ev, e.code, "%s", e.text);
        return (struct found){0};
    }
    ev->series += touched;
    if (ev->series > ev->engine.max_series) {
        eval_fail(ev, -E2BIG, "query touches more than %zu series", ev->engine.max_series);
        return (struct found){0};
    }
    return found;
}

/* Gives, at each step, the last sample of a series that is not older than the lookback. */
struct lookup {
    struct series_iter iter;
    struct point last, next;
    bool has_last, has_next;
    int64_t lookback;
};

static void lookup_init(struct lookup *lookup, const struct eval *ev, const struct series *series,
                        int64_t from, int64_t to)
{
    lookup->lookback = ev->engine.lookback_ms + ev->engine.closed_left;
    if (from == to) {
        lookup->has_last = series_last(series, from - lookup->lookback, to, &lookup->last);
        lookup->has_next = false;
        return;
    }
    lookup->has_last = false;
    series_seek(series, from - lookup->lookback, to, &lookup->iter);
    lookup->has_next = series_next(&lookup->iter, &lookup->next);
}

static bool lookup_at(struct lookup *lookup, int64_t t, struct point *point)
{
    while (lookup->has_next && lookup->next.t <= t) {
        lookup->last = lookup->next;
        lookup->has_last = true;
        lookup->has_next = series_next(&lookup->iter, &lookup->next);
    }
    *point = lookup->last;
    return lookup->has_last && point->t > t - lookup->lookback && !is_stale_nan(point->v);
}

/* The samples that a selector sees at each step, their values or their times. */
static struct matrix look_up(struct eval *ev, const struct selector *selector,
                             const struct steps *steps, bool times)
{
    struct found found = eval_find(ev, selector);
    const struct shift *shift = &selector->shift;
    int64_t first = eval_shift(ev, shift, steps->start);
    int64_t last = eval_shift(ev, shift, step_time(steps, steps->count - 1));
    bool shifted = shift->at != AT_NONE || shift->offset_ms;
    struct matrix matrix = {0};

    matrix_reserve(ev, &matrix, found.count);
    for (size_t i = 0; i < found.count && !ev->failed; i++) {
        struct row row = {.labels = series_labels(found.series[i])};
        struct lookup lookup;
        struct point point;
        if (!eval_count(ev, steps->count))
            break;
        lookup_init(&lookup, ev, found.series[i], first, last);
        for (size_t s = 0; s < steps->count && !ev->failed; s++) {
            int64_t t = step_time(steps, s);
            if (lookup_at(&lookup, eval_shift(ev, shift, t), &point))
                row_push(ev, &row, t, times ? (double)point.t / 1000 : point.v);
        }
        if (row.count)
            *matrix_add(ev, &matrix, row.labels) = row;
        else
            ev->without_past += shifted || ev->in_subquery;
    }
    return matrix;
}

struct matrix eval_selector(struct eval *ev, const struct expr *expr, const struct steps *steps)
{
    return look_up(ev, &expr->selector, steps, false);
}

struct matrix eval_timestamps(struct eval *ev, const struct expr *expr, const struct steps *steps)
{
    struct matrix matrix = look_up(ev, &expr->selector, steps, true);
    matrix_drop_names(ev, &matrix, steps);
    return matrix;
}
