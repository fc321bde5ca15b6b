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

#endif
