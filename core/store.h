/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_STORE_H
#define CORE_STORE_H

#include <stdint.h>

#include "core/arena.h"
#include "core/labels.h"
#include "core/matcher.h"

/*
 * The time-series store: what rules look at. Series are interned label sets with their samples in
 * time order. Rules read it through store_select() and series_iter only, so that how samples are
 * kept may change. One thread; pointers to series are good until the store is freed.
 */
struct store;
struct series;

struct point {
    int64_t t; /* milliseconds since 1970 */
    double v;
};

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

/*
 * The series that meet all matchers, in the order of their labels; the array is the arena's. An
 * equality matcher on __name__ is looked up, others are tested series by series. touched (which may
 * be NULL) counts the series that were looked at.
 */
int store_select(const struct store *store, const struct matcher *matchers, size_t matcher_count,
                 struct arena *arena, const struct series ***series, size_t *count, size_t *touched,
                 struct error *e);

size_t store_series_count(const struct store *store);

const struct labels *series_labels(const struct series *series);

/* Walks the samples with from < t <= to (left-open, as PromQL's ranges are) in time order. */
struct series_iter {
    const struct series *series;
    size_t next;
    int64_t to;
};

void series_seek(const struct series *series, int64_t from, int64_t to, struct series_iter *iter);
bool series_next(struct series_iter *iter, struct point *point);

/* The last sample with from < t <= to; false where there is none. */
bool series_last(const struct series *series, int64_t from, int64_t to, struct point *point);

/* Calls visit for each series, in the order of their labels. */
void store_walk(const struct store *store, void (*visit)(const struct series *, void *), void *arg);

#endif
