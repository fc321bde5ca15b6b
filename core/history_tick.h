/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_HISTORY_TICK_H
#define CORE_HISTORY_TICK_H

#include "core/store.h"

/*
 * What happened in a store between two ticks, on its way to the history (history.h). Made on the
 * loop, which owns store and feed, from memory only; it points into neither, so that a writer
 * thread can have it. One feed goes with one struct history.
 */
struct history_feed;

/* From now on, what is appended to the store is noted: after history_load(), which is no news. */
struct history_feed *history_feed_new(struct store *store);
void history_feed_free(struct history_feed **feed);

struct tick_series {
    uint32_t id;          /* series_id() */
    size_t begin, length; /* row_put_labels() in texts */
};

struct tick_sample {
    int64_t t;
    uint32_t id;
    uint64_t value; /* the double's bits */
};

struct tick_state {
    char *name;
    struct buf bytes;
};

struct history_tick {
    bool anew;                  /* the ids of series that were told before are void */
    int64_t dropped_after;      /* first, all that is later goes; INT64_MAX: nothing */
    struct tick_series *series; /* those that the history has not been told of */
    size_t series_count, series_room;
    struct buf texts;
    struct tick_sample *samples; /* in the order in which they were appended */
    size_t sample_count;
    struct tick_state *states;
    size_t state_count;
};

/* After store_forget(): its series have new ids, and are told again. */
void history_feed_forget(struct history_feed *feed);

/* All since the last call; the caller's, for history_tick_free(), in any thread. */
struct history_tick *history_collect(struct history_feed *feed);

/* Adds a small named piece of state, such as the alerts' clocks; both are copied. */
void history_tick_state(struct history_tick *tick, const char *name, const void *bytes,
                        size_t length);

void history_tick_free(struct history_tick **tick);

/*
 * For a tick that history_write() will never see, as the queue was full: its samples and states are
 * lost, what else it told will be told again. Frees the tick. (After a history_write() that failed
 * only history_tick_free() is needed.)
 */
void history_tick_give_up(struct history_feed *feed, struct history_tick **tick);

#endif
