/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_STORE_H
#define CORE_STORE_H

#include <stdint.h>

#include "core/arena.h"
#include "core/chunk.h"
#include "core/labels.h"
#include "core/matcher.h"

/*
 * The time-series store: what rules look at. Series are interned label sets with their samples in
 * time order. Rules read it through store_select() and series_read() or series_iter only, so that
 * how samples are kept may change: they are compressed (chunk.h), some ten bytes to half a kilobyte
 * are decoded to give one of them, and many in a row cost some nanoseconds each. One thread;
 * pointers to series, their labels and ids are good until store_forget(), even when all their
 * samples were dropped.
 */
struct store;
struct series;

struct store *store_new(void);
void store_free(struct store **store);

/*
 * Adds a sample; the label set with its strings is copied when the series is new. -EINVAL for a
 * sample that is not later than the series' last one, unless it is an exact repeat. Gives the
 * series, the same one for the same labels each time.
 */
int store_append_series(struct store *store, const struct labels *labels, int64_t t, double v,
                        const struct series **series, struct error *e);

static inline int store_append(struct store *store, const struct labels *labels, int64_t t,
                               double v, struct error *e)
{
    const struct series *series;
    return store_append_series(store, labels, t, v, &series, e);
}

/* The same for a series that is known. */
int series_append(const struct series *series, int64_t t, double v, struct error *e);

/*
 * The series that meet all matchers, in the order of their labels; the array is the arena's. An
 * equality matcher on __name__ is looked up, others are tested series by series. touched (which may
 * be NULL) counts the series that were looked at.
 */
int store_select(const struct store *store, const struct matcher *matchers, size_t matcher_count,
                 struct arena *arena, const struct series ***series, size_t *count, size_t *touched,
                 struct error *e);

size_t store_series_count(const struct store *store);
size_t store_sample_count(const struct store *store);

/* Bytes that the store holds; of these, for chunks of samples. */
size_t store_bytes(const struct store *store);
size_t store_sample_bytes(const struct store *store);

const struct labels *series_labels(const struct series *series);

/* The same without a label set that stays: LABEL_NAME first, then in order. at has room for them.
 */
size_t series_label_count(const struct series *series);
void series_copy_labels(const struct series *series, struct label *at);

/* Below store_series_count(). */
uint32_t series_id(const struct series *series);

/* An array that grows. Zero it to start, set count to 0 to use it again. */
struct points {
    struct point *at;
    size_t count, room;
};
void points_free(struct points *points);

/*
 * Adds all samples with from < t <= to (left-open, as PromQL's ranges are) to points, in time
 * order: the fast way for more than a few.
 */
void series_read(const struct series *series, int64_t from, int64_t to, struct points *points);

/* Walks the same samples one by one, while none is appended to the series or dropped. */
struct series_iter {
    const struct series *series;
    int64_t from, to;
    uint32_t next;
    struct chunk_reader reader;
};

void series_seek(const struct series *series, int64_t from, int64_t to, struct series_iter *iter);
bool series_next(struct series_iter *iter, struct point *point);

/*
 * The last sample with from < t <= to; false where there is none. Costs next to nothing where
 * that is the series' newest.
 */
bool series_last(const struct series *series, int64_t from, int64_t to, struct point *point);

/* Calls visit for each series, in the order of their labels. */
void store_walk(const struct store *store, void (*visit)(const struct series *, void *), void *arg);

/* Drops the chunks that end before t: what is later stays, and some of what is earlier. */
void store_drop_before(struct store *store, int64_t t);

/* Drops all samples later than t: they lie in the future of a clock that was set back. */
void store_drop_after(struct store *store, int64_t t);

/*
 * Drops the oldest chunks, of whatever series, until chunks of samples take at most max_bytes, and
 * then a sixteenth more so that it need not be done at each tick. What ends with the newest sample
 * of all stays. Gives how many samples were dropped.
 */
size_t store_limit(struct store *store, size_t max_bytes);

/*
 * Whether most series have no samples any more, so that it is time for store_forget(): done then,
 * it costs little for each series that there ever was.
 */
bool store_is_sparse(const struct store *store);

/*
 * Forgets the series without samples, gives the others new addresses and ids, and frees what the
 * old ones took. follow(arg) is called while both are there: whoever holds series asks for each
 * what it is now. Not while the journal has something: after store_journal_take().
 */
void store_forget(struct store *store, void (*follow)(void *arg), void *arg);

/* Within follow(): what has become of a series; NULL: it is forgotten. */
const struct series *series_now(const struct series *series);

/* Notes from now on what is appended and dropped, for the history (history.h). */
void store_journal_start(struct store *store);

struct store_sample {
    const struct series *series;
    struct point point;
};

struct store_journal {
    int64_t dropped_after; /* first, all that is later was dropped; INT64_MAX: nothing was */
    const struct store_sample *samples; /* then these were appended, in this order */
    size_t count;
};

/* What was noted since the last call; good until something is appended. */
struct store_journal store_journal_take(struct store *store);

#endif
