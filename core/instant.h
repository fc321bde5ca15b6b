/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_INSTANT_H
#define CORE_INSTANT_H

#include "core/arena.h"
#include "core/labels.h"
#include "core/store.h"

/* A series' value at one moment. */
struct instant {
    const struct labels *labels;
    double value;
};

/* How far back a series' last value still counts, as in Prometheus. */
enum { INSTANT_LOOKBACK_MS = 5 * 60 * 1000 };

/*
 * The values of a metric at t_ms in the order of the series' labels, without series that have
 * ended; the array is the arena's. A store that cannot be read gives none.
 */
size_t instant_select(const struct store *store, const char *metric, int64_t t_ms,
                      struct arena *arena, const struct instant **found);

/* The values of a metric sorted by one label. */
struct instant_index {
    const char *label;
    const struct instant *at;
    size_t count;
};

struct instant_index instant_index(const struct store *store, const char *metric, const char *label,
                                   int64_t t_ms, struct arena *arena);

/* The first of those whose label has this value, NULL where there is none. */
const struct instant *instant_find(const struct instant_index *index, const char *value);

/* Its value, or fallback. */
double instant_value(const struct instant_index *index, const char *value, double fallback);

#endif
