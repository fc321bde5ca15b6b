/* SPDX-License-Identifier: Apache-2.0 */
#include "core/series.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A chunk is sealed at SEAL_BYTES, so that its bookkeeping is some percent of it. */
enum { SEAL_BYTES = 480, FIRST_SEALED = 4 };

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

struct point series_newest(const struct series *series)
{
    if (series->held == HELD_ONE)
        return series->only;
    const struct chunk_state *last = &series->samples->open.last;
    struct point point = {.t = last->t};
    memcpy(&point.v, &last->value, sizeof point.v);
    return point;
}

/* The open chunk becomes a sealed one. */
static void seal(struct store *store, struct samples *samples)
{
    struct buf *bytes = &store->scratch;
    bytes->length = 0;
    chunk_finish(&samples->open, bytes);
    struct sealed *sealed = must(malloc(sizeof *sealed + bytes->length));
    sealed->last = samples->open.last.t;
    sealed->count = samples->open.count;
    sealed->length = (uint32_t)bytes->length;
    memcpy(sealed->bytes, bytes->data, bytes->length);
    if (samples->sealed_count == samples->sealed_room) {
        uint32_t room = samples->sealed_room ? samples->sealed_room * 2 : FIRST_SEALED;
        samples->sealed = must(reallocarray(samples->sealed, room, sizeof(struct sealed *)));
        store->sample_bytes += (room - samples->sealed_room) * sizeof(struct sealed *);
        samples->sealed_room = room;
    }
    samples->sealed[samples->sealed_count++] = sealed;
    store->sample_bytes += sizeof *sealed + sealed->length;
    store->sample_bytes -= samples->open.room;
    chunk_free(&samples->open);
}

static void append_open(struct store *store, struct samples *samples, struct point point)
{
    if (samples->open.count == CHUNK_MAX_POINTS || chunk_length(&samples->open) >= SEAL_BYTES)
        seal(store, samples);
    store->sample_bytes -= samples->open.room;
    chunk_append(&samples->open, point);
    store->sample_bytes += samples->open.room;
}

void series_add(struct series *series, struct point point)
{
    struct store *store = series_store(series);
    store->sample_count++;
    if (series->held == HELD_NONE) {
        series->only = point;
        series->held = HELD_ONE;
        store->held_count++;
        return;
    }
    if (series->held == HELD_ONE) {
        struct samples *samples = must(calloc(1, sizeof *samples));
        store->sample_bytes += sizeof *samples;
        append_open(store, samples, series->only);
        series->samples = samples;
        series->held = HELD_MANY;
    }
    append_open(store, series->samples, point);
}

static void note(struct store *store, const struct series *series, struct point point)
{
    if (store->journal_count == store->journal_room) {
        store->journal_room = store->journal_room ? store->journal_room * 2 : 256;
        store->journal =
            must(reallocarray(store->journal, store->journal_room, sizeof(struct store_sample)));
    }
    store->journal[store->journal_count++] = (struct store_sample){series, point};
}

int series_append(const struct series *constant, int64_t t, double v, struct error *e)
{
    /* Only the store makes series, none of them constant. */
    struct series *series = (struct series *)(uintptr_t)constant;
    struct store *store = series_store(series);
    if (series->held != HELD_NONE) {
        struct point last = series_newest(series);
        if (t == last.t && memcmp(&v, &last.v, sizeof v) == 0)
            return 0;
        if (t <= last.t)
            return error_set(e, -EINVAL,
                             "store: sample of %s at %lld ms is not later than the last one",
                             series->shape->family->name, (long long)t);
    }
    series_add(series, (struct point){t, v});
    if (store->has_journal)
        note(store, series, (struct point){t, v});
    return 0;
}

int store_append_series(struct store *store, const struct labels *labels, int64_t t, double v,
                        const struct series **appended, struct error *e)
{
    const struct series *series = store_series_of(store, labels);
    *appended = series;
    if (!series)
        return error_set(e, -ENOSPC, "store: no room for another series of %s",
                         labels_get(labels, LABEL_NAME));
    return series_append(series, t, v, e);
}

uint32_t series_id(const struct series *series)
{
    return series->id;
}

/* Opens the sealed chunk n, or the open one behind them; false where there is none. */
static bool open_chunk(const struct samples *samples, uint32_t n, struct chunk_reader *reader)
{
    if (n < samples->sealed_count)
        return chunk_open(samples->sealed[n]->bytes, samples->sealed[n]->length, reader) == 0;
    if (n > samples->sealed_count)
        return false;
    chunk_open_writer(&samples->open, reader);
    return true;
}

/* The first chunk that ends after t; sealed_count is the open one. */
static uint32_t first_after(const struct samples *samples, int64_t t)
{
    uint32_t low = 0, high = samples->sealed_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (samples->sealed[middle]->last <= t)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void series_seek(const struct series *series, int64_t from, int64_t to, struct series_iter *iter)
{
    *iter = (struct series_iter){.series = series, .from = from, .to = to};
    if (series->held != HELD_MANY)
        return;
    iter->next = first_after(series->samples, from);
    if (open_chunk(series->samples, iter->next, &iter->reader))
        chunk_skip(&iter->reader, from);
}

bool series_next(struct series_iter *iter, struct point *point)
{
    const struct series *series = iter->series;
    struct point next;
    if (series->held == HELD_MANY) {
        while (chunk_read(&iter->reader, &next, 1) < 1)
            if (!open_chunk(series->samples, ++iter->next, &iter->reader))
                return false;
    } else {
        next = series->only;
        if (series->held == HELD_NONE || iter->next++ || next.t <= iter->from)
            return false;
    }
    if (next.t <= iter->to)
        *point = next;
    return next.t <= iter->to;
}

static void points_room(struct points *points, size_t more)
{
    if (points->room - points->count >= more)
        return;
    size_t room = points->room ? points->room : 64;
    while (room - points->count < more)
        room *= 2;
    points->at = must(reallocarray(points->at, room, sizeof *points->at));
    points->room = room;
}

void points_free(struct points *points)
{
    free(points->at);
    *points = (struct points){0};
}

/* Adds what a chunk has up to a time; false: it has more. */
static bool read_chunk(struct chunk_reader *reader, int64_t to, struct points *points)
{
    enum { PART = 256 };
    for (;;) {
        points_room(points, PART);
        struct point *at = points->at + points->count;
        int got = chunk_read(reader, at, PART), kept = got > 0 ? got : 0;
        while (kept && at[kept - 1].t > to)
            kept--;
        points->count += (size_t)kept;
        if (kept < got)
            return false;
        if (got < PART)
            return true;
    }
}

void series_read(const struct series *series, int64_t from, int64_t to, struct points *points)
{
    struct chunk_reader reader;
    if (series->held == HELD_ONE && series->only.t > from && series->only.t <= to) {
        points_room(points, 1);
        points->at[points->count++] = series->only;
    }
    if (series->held != HELD_MANY || to <= from)
        return;
    uint32_t n = first_after(series->samples, from);
    for (bool more = open_chunk(series->samples, n, &reader); more;
         more = open_chunk(series->samples, ++n, &reader)) {
        chunk_skip(&reader, from);
        if (!read_chunk(&reader, to, points))
            return;
    }
}

bool series_last(const struct series *series, int64_t from, int64_t to, struct point *point)
{
    struct series_iter iter;
    bool found = false;
    if (series->held == HELD_NONE)
        return false;
    *point = series_newest(series);
    if (point->t <= to)
        return point->t > from;
    if (series->held == HELD_MANY) {
        uint32_t n = first_after(series->samples, to);
        /* What the chunk before ends with is not later than to. */
        if (n && series->samples->sealed[n - 1]->last > from)
            from = series->samples->sealed[n - 1]->last - 1;
    }
    series_seek(series, from, to, &iter);
    for (struct point next; series_next(&iter, &next); found = true)
        *point = next;
    return found;
}
