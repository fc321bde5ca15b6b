/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_HISTORY_INSIDE_H
#define CORE_HISTORY_INSIDE_H

#include <sqlite3.h>
#include <sys/types.h>

#include "core/history.h"
#include "core/history_row.h"

/*
 * The inside of the history: history.c opens and closes, history_sql.c speaks to SQLite,
 * history_known.c knows the series, history_write.c writes ticks, history_seal.c makes chunks of
 * them and keeps the bounds, history_load.c reads.
 */

/* A series, by the bytes of its labels: one that the database or the feed's store has. */
struct known {
    struct known *next; /* in its bucket */
    uint64_t hash;
    uint32_t id;  /* in the database */
    bool on_disk; /* it has an id; of none while the database is closed */
    bool told;    /* it is in by_feed */
    uint32_t length;
    uint8_t labels[];
};

struct known_series {
    struct known **buckets;
    size_t bucket_count, count;
    struct known **by_id; /* NULL: the id is free */
    size_t id_count, id_room, first_free;
    struct known **by_feed; /* by tick_series.id; NULL: not told */
    size_t feed_room;
};

/* What a series' id in the database may be at most, less one. */
enum { HISTORY_MAX_SERIES = 1 << 22 };

struct history {
    struct history_options options;
    char *directory, *path; /* the real directory, and the database in it */
    int lock;               /* -1: not held */
    sqlite3 *db;            /* NULL: not open */
    dev_t device;           /* of its file */
    ino_t inode;
    struct known_series known;
    struct head_state state; /* what the next head row is told by */
    unsigned rows_since_whole;
    bool next_is_whole;
    int64_t head_count, oldest_head_ms;
};

void history_warn(const struct history *history, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Closes the database, so that the next write opens it anew. */
void history_close_database(struct history *history);

/* Moves a broken database aside and opens a new one. */
int history_renew(struct history *history, const struct error *cause, struct error *e);

/* Whether the file that is open is no longer the one of that name. */
bool history_is_replaced(const struct history *history);

/* Statements. All give 0 or a negative errno, -EBADMSG where the database is broken. */
int sql_error(struct history *history, const char *doing, struct error *e);
int sql_run(struct history *history, const char *sql, struct error *e);
int sql_number(struct history *history, const char *sql, int64_t *number, struct error *e);
int sql_prepare(struct history *history, const char *sql, sqlite3_stmt **statement,
                struct error *e);
int sql_step(struct history *history, sqlite3_stmt *statement, struct error *e); /* 1: a row */
int sql_do(struct history *history, sqlite3_stmt *statement, struct error *e);   /* and reset */

/* Takes in the series of an open database. */
int known_load(struct history *history, struct error *e);
struct known *known_of(struct known_series *known, const void *labels, size_t length);
void known_tell(struct known_series *known, uint32_t feed_id, struct known *one);
void known_untell(struct known_series *known); /* all */

/* Gives it an id in the database; false: all are taken. known_drop_id() takes it away. */
bool known_place(struct known_series *known, struct known *one);
void known_drop_id(struct known_series *known, size_t id);
void known_forget_disk(struct known_series *known); /* all */

/* Frees those that neither the database nor the feed has. */
void known_sweep(struct known_series *known);
void known_free(struct known_series *known);

/* Chunks of all head rows, when there are many; then age and bytes. Its own transactions. */
int history_seal(struct history *history, int64_t now_ms, struct error *e);

/* Drops what is later than t, within a transaction: of all rows, of those of chunks. */
int history_cut(struct history *history, int64_t t, struct error *e);
int history_cut_chunks(struct history *history, int64_t t, struct error *e);

/* Goes through the samples of the head rows; *t is their time. Broken rows are left out. */
int history_each_head(struct history *history, void (*visit)(const struct head_sample *, void *),
                      int64_t *t, void *arg, struct error *e);

#endif
