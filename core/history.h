/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_HISTORY_H
#define CORE_HISTORY_H

#include "core/history_tick.h"

/*
 * What the store has, on disk: DIRECTORY/history.db, SQLite in WAL mode, one transaction a tick,
 * which is on the disk when history_write() returns. It can be read meanwhile. Bounded by age and
 * by bytes, bytes win; age counts from when chunks were made last, so that a clock is believed only
 * when it has stood for some hours. A database that is found broken is moved to history.db.corrupt,
 * and a new one begins. Everything here does file I/O and may block: not for the loop. A struct
 * history is one thread's at a time, and may be handed on.
 *
 * Tables:
 *     series(id, labels)          history_row.h: a label set, which blobs call by id; the id of one
 *                                 of which nothing is left may be given to another
 *     heads(seq, t, samples)      history_row.h: the samples of one tick, in the order of seq
 *     chunks(t, series, samples)  chunk.h behind a check as in history_row.h: what HISTORY_HEADS
 *                                 rows of heads, or a day of them, became; t is the same for all
 *                                 that were made at once, and not before their last sample
 *     states(name, bytes)         history_tick_state()
 */
struct history;

enum { HISTORY_HEADS = 240 };

struct history_options {
    const char *directory; /* there already, and writable for a writer */
    bool read_only;
    int64_t max_age_ms; /* 0: 30 days */
    int64_t max_bytes;  /* of the file; 0: 1 GiB */
    /* Told what is no error of a call: a broken database was moved aside, rows were left out. */
    void (*warn)(const char *text, void *arg);
    void *arg;
};

/* The directory's name is copied. Nothing is opened. */
struct history *history_new(const struct history_options *options);

/*
 * Opens the database; a writer makes it where there is none. -EBUSY: another process writes there.
 * -ENOENT for a reader: there is none. Whoever writes may go on after an error: history_write()
 * opens it again each time.
 */
int history_open(struct history *history, struct error *e);

/*
 * Writes a tick. On an error (a full disk, a directory that may not be written) its samples and
 * states are lost and nothing else: the next tick tries again, and its series are remembered.
 */
int history_write(struct history *history, const struct history_tick *tick, struct error *e);

/*
 * Adds the samples with from < t <= to to a store, before a feed is made on it. What does not come
 * later than what the store has of a series is left out.
 */
int history_load(struct history *history, struct store *store, int64_t from, int64_t to,
                 struct error *e);

/* The same of series with one of these metric names only; NULL: all. */
int history_load_names(struct history *history, struct store *store, int64_t from, int64_t to,
                       const char *const *names, size_t count, struct error *e);

/* The time of the newest tick, INT64_MIN where there is none. */
int history_newest(struct history *history, int64_t *t, struct error *e);

/* Reads a state back, into *bytes, which is emptied first. -ENOENT: there is none. */
int history_state(struct history *history, const char *name, struct buf *bytes, struct error *e);

/* Of the database's file, -1 while it is not open. */
int64_t history_bytes(struct history *history);

void history_free(struct history **history);

#endif
