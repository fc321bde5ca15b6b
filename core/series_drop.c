/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "core/series.h"

/* Frees the sealed chunks from first up to end. */
static void drop_sealed(struct series *series, uint32_t first, uint32_t end)
{
    struct store *store = series_store(series);
    struct samples *samples = series->samples;
    for (uint32_t i = first; i < end; i++) {
        store->sample_bytes -= sizeof(struct sealed) + samples->sealed[i]->length;
        store->sample_count -= samples->sealed[i]->count;
        free(samples->sealed[i]);
    }
    memmove(samples->sealed + first, samples->sealed + end,
            (samples->sealed_count - end) * sizeof(struct sealed *));
    samples->sealed_count -= end - first;
}

static void drop_open(struct series *series)
{
    struct store *store = series_store(series);
    struct chunk_writer *open = &series->samples->open;
    store->sample_bytes -= open->room;
    store->sample_count -= open->count;
    chunk_free(open);
}

void series_clear(struct series *series)
{
    struct store *store = series_store(series);
    store->held_count -= series->held != HELD_NONE;
    if (series->held == HELD_ONE)
        store->sample_count--;
    if (series->held == HELD_MANY) {
        struct samples *samples = series->samples;
        if (samples->sealed)
            drop_sealed(series, 0, samples->sealed_count);
        drop_open(series);
        store->sample_bytes -= sizeof *samples + samples->sealed_room * sizeof(struct sealed *);
        free(samples->sealed);
        free(samples);
    }
    series->held = HELD_NONE;
}

static void drop_before(struct series *series, void *arg)
{
    int64_t t = *(const int64_t *)arg;
    uint32_t n = 0;
    if (series->held == HELD_NONE)
        return;
    if (series_newest(series).t < t) {
        series_clear(series);
        return;
    }
    if (series->held != HELD_MANY)
        return;
    while (n < series->samples->sealed_count && series->samples->sealed[n]->last < t)
        n++;
    if (n)
        drop_sealed(series, 0, n);
}

void store_drop_before(struct store *store, int64_t t)
{
    store_each(store, drop_before, &t);
}

/* Reads the series' samples up to t back from the chunk that holds the last of them on. */
static uint32_t read_tail(const struct series *series, int64_t t, struct points *points)
{
    const struct samples *samples = series->samples;
    uint32_t n = samples->sealed_count;
    for (;; n--) {
        int64_t from = n ? samples->sealed[n - 1]->last : INT64_MIN;
        series_read(series, from, t, points);
        if (points->count || !n)
            return n;
    }
}

static void drop_after(struct series *series, void *arg)
{
    int64_t t = *(const int64_t *)arg;
    struct points tail = {0};
    if (series->held == HELD_NONE || series_newest(series).t <= t)
        return;
    if (series->held == HELD_MANY) {
        uint32_t n = read_tail(series, t, &tail);
        if (tail.count) {
            if (series->samples->sealed)
                drop_sealed(series, n, series->samples->sealed_count);
            drop_open(series);
        }
    }
    if (!tail.count)
        series_clear(series);
    for (size_t i = 0; i < tail.count; i++)
        series_add(series, tail.at[i]);
    points_free(&tail);
}

void store_drop_after(struct store *store, int64_t t)
{
    size_t kept = 0;
    store_each(store, drop_after, &t);
    for (size_t i = 0; i < store->journal_count; i++)
        if (store->journal[i].point.t <= t)
            store->journal[kept++] = store->journal[i];
    store->journal_count = kept;
    if (store->has_journal && t < store->dropped_after)
        store->dropped_after = t;
}

/* What can be dropped to save bytes: a sealed chunk, or a series whose last sample is old. */
struct droppable {
    struct series *series;
    int64_t last;
};

struct dropping {
    struct droppable *all;
    size_t count, room;
    int64_t newest;
};

static void collect(struct dropping *d, struct series *series, int64_t last)
{
    if (d->count == d->room) {
        d->room = d->room ? d->room * 2 : 1024;
        d->all = reallocarray(d->all, d->room, sizeof *d->all);
        if (!d->all)
            abort();
    }
    d->all[d->count++] = (struct droppable){series, last};
}

static void collect_series(struct series *series, void *arg)
{
    struct dropping *d = arg;
    if (series->held != HELD_MANY)
        return;
    for (uint32_t i = 0; i < series->samples->sealed_count; i++)
        collect(d, series, series->samples->sealed[i]->last);
    int64_t newest = series_newest(series).t;
    if (newest > d->newest)
        d->newest = newest;
    collect(d, series, newest);
}

static int by_last(const void *a, const void *b)
{
    const struct droppable *x = a, *y = b;
    return (x->last > y->last) - (x->last < y->last);
}

size_t store_limit(struct store *store, size_t max_bytes)
{
    struct dropping d = {.newest = INT64_MIN};
    size_t before = store->sample_count;
    if (store->sample_bytes <= max_bytes)
        return 0;
    store_each(store, collect_series, &d);
    if (d.count)
        qsort(d.all, d.count, sizeof *d.all, by_last);
    size_t target = max_bytes - max_bytes / 16;
    for (size_t i = 0; i < d.count && store->sample_bytes > target && d.all[i].last < d.newest;
         i++) {
        struct series *series = d.all[i].series;
        if (series->samples->sealed_count)
            drop_sealed(series, 0, 1);
        else
            series_clear(series);
    }
    free(d.all);
    return before - store->sample_count;
}
