/* SPDX-License-Identifier: Apache-2.0 */
/* Functions over range vectors, and range vectors themselves: selectors and subqueries. */
#include <stdlib.h>
#include <string.h>

#include "core/batch.h"
#include "rules/window.h"

/* Where the samples of a range vector come from. */
struct source {
    const struct shift *shift;
    int64_t range_ms;
    struct found found;     /* of a selector ... */
    struct matrix subquery; /* ... or of a subquery, evaluated */
    bool is_subquery;
    size_t count; /* of series */
};

/* Sliding over a series' samples. */
struct slide {
    struct points read;         /* of a selector's series */
    const struct point *points; /* those, or a subquery's */
    size_t count;
    double *scratch;
    size_t room;        /* of scratch */
    size_t first, last; /* the window is points[first] .. points[last - 1] */
};

struct call {
    struct eval *ev;
    const struct expr *expr;
    const struct steps *steps;
    struct source source;
    const double **args; /* of each scalar argument, its values at the steps */
    size_t arg_count;
    double *now; /* the arguments at one step */
};

static bool is_after_start(const struct eval *ev, int64_t t, int64_t start)
{
    return ev->engine.closed_left ? t >= start : t > start;
}

/* The steps at which a subquery is evaluated: multiples of its own step. */
static struct steps subquery_steps(struct eval *ev, const struct expr *expr,
                                   const struct steps *outer)
{
    int64_t step = expr->subquery.step_ms;
    const struct shift *shift = &expr->subquery.shift;
    struct steps steps = {.step = step ? step : ev->engine.subquery_step_ms};
    int64_t end = eval_shift(ev, shift, step_time(outer, outer->count - 1));
    int64_t start = eval_shift(ev, shift, outer->start) - expr->subquery.ms;
    steps.start = start / steps.step * steps.step;
    while (!is_after_start(ev, steps.start, start))
        steps.start += steps.step;
    if (end < steps.start)
        return steps;
    uint64_t count = (uint64_t)(end - steps.start) / (uint64_t)steps.step + 1;
    if (eval_count(ev, count))
        steps.count = count;
    return steps;
}

static struct source open_source(struct eval *ev, const struct expr *range,
                                 const struct steps *steps)
{
    struct source source = {0};
    range = expr_unwrap(range);
    if (range->kind == EXPR_RANGE) {
        const struct selector *selector = &range->range.selector->selector;
        source.shift = &selector->shift;
        source.range_ms = range->range.ms;
        source.found = eval_find(ev, selector);
        source.count = source.found.count;
        return source;
    }
    struct steps inner = subquery_steps(ev, range, steps);
    source.is_subquery = true;
    source.shift = &range->subquery.shift;
    source.range_ms = range->subquery.ms;
    bool nested = ev->in_subquery;
    ev->in_subquery = true;
    source.subquery = eval_node(ev, range->subquery.inner, &inner);
    ev->in_subquery = nested;
    source.count = source.subquery.count;
    return source;
}

static const struct labels *source_labels(const struct source *source, size_t index)
{
    return source->is_subquery ? source->subquery.rows[index].labels
                               : series_labels(source->found.series[index]);
}

/* Reads a series' samples, without the markers of its end. */
static void read_series(const struct series *series, int64_t from, int64_t to,
                        struct points *points)
{
    size_t kept = 0;
    points->count = 0;
    series_read(series, from, to, points);
    while (kept < points->count && !is_stale_nan(points->at[kept].v))
        kept++; /* most have none */
    for (size_t i = kept; i < points->count; i++)
        if (!is_stale_nan(points->at[i].v))
            points->at[kept++] = points->at[i];
    points->count = kept;
}

static void slide_room(struct slide *slide)
{
    if (slide->count <= slide->room)
        return;
    slide->room = 2 * slide->count;
    slide->scratch = reallocarray(slide->scratch, slide->room, sizeof *slide->scratch);
    if (!slide->scratch)
        abort();
}

/* Loads the samples of a series after from (or at it, where ranges are closed) up to to. */
static void load(struct eval *ev, const struct source *source, size_t index, int64_t from,
                 int64_t to, struct slide *slide)
{
    slide->first = slide->last = 0;
    if (source->is_subquery) {
        slide->points = source->subquery.rows[index].points;
        slide->count = source->subquery.rows[index].count;
    } else {
        read_series(source->found.series[index], from - ev->engine.closed_left, to, &slide->read);
        slide->points = slide->read.at;
        slide->count = slide->read.count;
    }
    slide_room(slide);
    eval_count(ev, slide->count);
}

static void slide_free(struct slide *slide)
{
    points_free(&slide->read);
    free(slide->scratch);
}

/* Moves the window on to a range; ranges must not go back. */
static void slide_to(const struct eval *ev, struct slide *slide, int64_t start, int64_t end)
{
    if (slide->count && slide->points[slide->count - 1].t <= end)
        slide->last = slide->count; /* so it is at the only step, or the last */
    while (slide->last < slide->count && slide->points[slide->last].t <= end)
        slide->last++;
    while (slide->first < slide->last && !is_after_start(ev, slide->points[slide->first].t, start))
        slide->first++;
}

static void call_at(struct call *call, struct slide *slide, size_t index, size_t step,
                    struct row *row)
{
    struct eval *ev = call->ev;
    int64_t t = step_time(call->steps, step);
    int64_t end = eval_shift(ev, call->source.shift, t), start = end - call->source.range_ms;
    double result;
    slide_to(ev, slide, start, end);
    if (slide->first == slide->last)
        return;
    for (size_t i = 0; i < call->arg_count; i++)
        call->now[i] = call->args[i][step];
    struct window window = {.points = slide->points + slide->first,
                            .count = slide->last - slide->first,
                            .start = start,
                            .end = end,
                            .now = t,
                            .labels = source_labels(&call->source, index),
                            .args = call->now,
                            .call = call->expr,
                            .ev = ev,
                            .scratch = slide->scratch};
    if (call->expr->call.function->window(&window, &result))
        row_push(ev, row, t, result);
}

/* A counter's name tells that it is one. */
static void note_gauge(const struct call *call, const struct labels *labels)
{
    static const char *const endings[] = {"_total", "_sum", "_count", "_bucket"};
    const char *name = labels_get(labels, LABEL_NAME);
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);
        if (length >= n && strcmp(name + length - n, endings[i]) == 0)
            return;
    }
    if (*name)
        eval_note(call->ev, false, call->expr->call.args[0],
                  "metric might not be a counter, name does not end in "
                  "_total/_sum/_count/_bucket: \"%s\"",
                  name);
}

static void call_series(struct call *call, struct slide *slide, size_t index, struct matrix *out)
{
    struct eval *ev = call->ev;
    const struct source *source = &call->source;
    int64_t first = eval_shift(ev, source->shift, call->steps->start) - source->range_ms;
    int64_t last = eval_shift(ev, source->shift, step_time(call->steps, call->steps->count - 1));
    struct row row = {.labels = source_labels(source, index),
                      .drop_name = source->is_subquery && source->subquery.rows[index].drop_name};
    load(ev, source, index, first, last, slide);
    ev->without_past += slide->count < 2 && !call->expr->call.function->one_will_do;
    for (size_t i = 0; i < call->steps->count && !ev->failed; i++)
        call_at(call, slide, index, i, &row);
    if (!row.count)
        return;
    if (call->expr->call.function->wants_counter)
        note_gauge(call, row.labels);
    *matrix_add(ev, out, row.labels) = row;
}

/* The scalar arguments of a call; gives the one that is a range vector. */
static const struct expr *take_args(struct call *call, struct arena *scratch)
{
    const struct expr *range = NULL;
    size_t count = call->expr->call.count;
    call->args = ARENA_ARRAY(scratch, const double *, count);
    call->now = ARENA_ARRAY(scratch, double, count);
    for (size_t i = 0; i < count; i++) {
        const struct expr *arg = call->expr->call.args[i];
        if (arg->type == PROMQL_MATRIX)
            range = arg;
        else
            call->args[call->arg_count++] = eval_scalar(call->ev, arg, call->steps);
    }
    return range;
}

struct matrix eval_windows(struct eval *ev, const struct expr *expr, const struct steps *steps)
{
    SCRATCH_ARENA(scratch);
    struct call call = {.ev = ev, .expr = expr, .steps = steps};
    struct slide slide = {0};
    struct matrix out = {0};
    const struct expr *range = take_args(&call, scratch);
    call.source = open_source(ev, range, steps);
    matrix_reserve(ev, &out, call.source.count);
    for (size_t i = 0; i < call.source.count && eval_count(ev, steps->count); i++)
        call_series(&call, &slide, i, &out);
    slide_free(&slide);
    if (!ev->failed && !expr->call.function->keeps_name)
        matrix_drop_names(ev, &out, steps);
    return out;
}

/* A range vector that is the whole expression: it has the times of its samples. */
struct matrix eval_range(struct eval *ev, const struct expr *expr, const struct steps *steps)
{
    struct source source = open_source(ev, expr, steps);
    struct slide slide = {0};
    struct matrix out = {0};
    int64_t end = eval_shift(ev, source.shift, steps->start);
    for (size_t i = 0; i < source.count && !ev->failed; i++) {
        load(ev, &source, i, end - source.range_ms, end, &slide);
        struct row *row = slide.count ? matrix_add(ev, &out, source_labels(&source, i)) : NULL;
        for (size_t p = 0; p < slide.count && !ev->failed; p++)
            row_push(ev, row, slide.points[p].t, slide.points[p].v);
    }
    slide_free(&slide);
    return out;
}

struct matrix eval_subquery(struct eval *ev, const struct expr *expr, const struct steps *steps)
{
    struct steps inner = subquery_steps(ev, expr, steps);
    return eval_node(ev, expr->subquery.inner, &inner);
}
