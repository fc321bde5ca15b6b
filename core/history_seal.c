/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/history_inside.h"

enum { DAY_MS = 24 * 3600 * 1000 };

/* Chunks being made of head rows. */
struct sealing {
    struct history *history;
    struct chunk_writer *writers; /* by id */
    size_t count;
    int64_t t, now_ms, last_ms;
};

static void take_sample(const struct head_sample *sample, void *arg)
{
    struct sealing *s = arg;
    struct chunk_writer *writer = &s->writers[sample->id];
    struct point point = {.t = s->t};
    memcpy(&point.v, &sample->value, sizeof point.v);
    /* What a clock that ran ahead has left would keep all later samples out. */
    if (s->t > s->now_ms || writer->count == CHUNK_MAX_POINTS ||
        (writer->count && s->t <= writer->last.t))
        return;
    chunk_append(writer, point);
    if (s->t > s->last_ms)
        s->last_ms = s->t;
}

static int insert_chunks(const struct sealing *s, struct error *e)
{
    struct history *history = s->history;
    sqlite3_stmt *insert;
    struct buf row = {0};
    int code = sql_prepare(history, "INSERT OR REPLACE INTO chunks VALUES(?, ?, ?)", &insert, e);
    for (size_t id = 0; id < s->count && code == 0; id++) {
        const struct known *one = history->known.by_id[id];
        if (!one || !s->writers[id].count)
            continue;
        row_begin(&row);
        chunk_finish(&s->writers[id], &row);
        row_finish(&row, one->hash);
        sqlite3_bind_int64(insert, 1, s->last_ms);
        sqlite3_bind_int64(insert, 2, (int64_t)id);
        sqlite3_bind_blob64(insert, 3, row.data, row.length, SQLITE_STATIC);
        code = sql_do(history, insert, e);
    }
    sqlite3_finalize(insert);
    buf_free(&row);
    return code;
}

/* The newest chunks' time. */
static int newest_chunk(struct history *history, int64_t *t, struct error *e)
{
    return sql_number(history, "SELECT ifnull(max(t), -9223372036854775807) FROM chunks", t, e);
}

/* The head rows of a database become chunks, in a transaction. */
static int make_chunks(struct sealing *s, struct error *e)
{
    struct history *history = s->history;
    int64_t newest = INT64_MIN;
    int code = history_each_head(history, take_sample, &s->t, s, e);
    if (code == 0)
        code = newest_chunk(history, &newest, e);
    /* Behind what is there, so that it is found in the order in which it was written. */
    if (s->last_ms <= newest)
        s->last_ms = newest + 1;
    if (code == 0)
        code = insert_chunks(s, e);
    if (code == 0)
        code = sql_run(history, "DELETE FROM heads", e);
    return code;
}

static int seal_heads(struct history *history, int64_t now_ms, struct error *e)
{
    struct sealing s = {.history = history,
                        .count = history->known.id_count,
                        .now_ms = now_ms,
                        .last_ms = INT64_MIN};
    s.writers = calloc(s.count + 1, sizeof *s.writers);
    if (!s.writers)
        abort();
    int code = make_chunks(&s, e);
    for (size_t i = 0; i < s.count; i++)
        chunk_free(&s.writers[i]);
    free(s.writers);
    if (code == 0) {
        history->next_is_whole = true;
        history->head_count = 0;
        history->oldest_head_ms = INT64_MAX;
    }
    return code;
}

/*
 * Age counts from the sealing before this one, where that is earlier: a clock that runs far ahead
 * for a while must not take all there is along.
 */
static int drop_old(struct history *history, int64_t before_ms, int64_t now_ms, struct error *e)
{
    char sql[80];
    if (before_ms < now_ms)
        now_ms = before_ms;
    if (now_ms < INT64_MIN + history->options.max_age_ms)
        return 0;
    snprintf(sql, sizeof sql, "DELETE FROM chunks WHERE t < %lld",
             (long long)(now_ms - history->options.max_age_ms));
    return sql_run(history, sql, e);
}

/* What the file takes without its free pages; a sixteenth of the bound is left for the WAL. */
static int is_too_big(struct history *history, bool *is, struct error *e)
{
    int64_t pages = 0, unused = 0, page = 0;
    int code = sql_number(history, "PRAGMA page_count", &pages, e);
    if (code == 0)
        code = sql_number(history, "PRAGMA freelist_count", &unused, e);
    if (code == 0)
        code = sql_number(history, "PRAGMA page_size", &page, e);
    int64_t most = history->options.max_bytes - history->options.max_bytes / 16;
    *is = (pages - unused) * page > most;
    return code;
}

static int drop_big(struct history *history, struct error *e)
{
    bool too_big;
    int64_t chunks = 1;
    int code = is_too_big(history, &too_big, e);
    while (code == 0 && too_big && chunks) {
        code = sql_run(history, "DELETE FROM chunks WHERE t = (SELECT min(t) FROM chunks)", e);
        if (code == 0)
            code = sql_number(history, "SELECT count(*) FROM (SELECT 1 FROM chunks LIMIT 1)",
                              &chunks, e);
        if (code == 0)
            code = is_too_big(history, &too_big, e);
    }
    return code;
}

static int mark_present(struct history *history, bool *present, struct error *e)
{
    sqlite3_stmt *rows;
    int code = sql_prepare(history, "SELECT DISTINCT series FROM chunks", &rows, e);
    if (code < 0)
        return code;
    while ((code = sql_step(history, rows, e)) > 0) {
        int64_t id = sqlite3_column_int64(rows, 0);
        if (id >= 0 && id < (int64_t)history->known.id_count)
            present[id] = true;
    }
    sqlite3_finalize(rows);
    return code;
}

/* Series of which nothing is left, as there are no heads. One that comes again gets another id. */
static int drop_series(struct history *history, struct error *e)
{
    struct known_series *known = &history->known;
    bool *present = calloc(known->id_count + 1, sizeof *present);
    sqlite3_stmt *drop = NULL;
    if (!present)
        abort();
    int code = mark_present(history, present, e);
    if (code == 0)
        code = sql_prepare(history, "DELETE FROM series WHERE id = ?", &drop, e);
    for (size_t id = 0; id < known->id_count && code == 0; id++) {
        if (!known->by_id[id] || present[id])
            continue;
        sqlite3_bind_int64(drop, 1, (int64_t)id);
        code = sql_do(history, drop, e);
        known_drop_id(known, id);
    }
    sqlite3_finalize(drop);
    free(present);
    return code;
}

static int shrink(struct history *history, struct error *e)
{
    int code = sql_run(history, "PRAGMA incremental_vacuum", e);
    /* A reader that is at work keeps the WAL: the next time will do. */
    sqlite3_wal_checkpoint_v2(history->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return code;
}

int history_seal(struct history *history, int64_t now_ms, struct error *e)
{
    if (history->head_count < HISTORY_HEADS &&
        (!history->head_count || now_ms - history->oldest_head_ms < DAY_MS))
        return 0;
    int64_t before_ms = INT64_MIN;
    int code = sql_run(history, "BEGIN IMMEDIATE", e);
    if (code == 0)
        code = newest_chunk(history, &before_ms, e);
    if (code == 0)
        code = seal_heads(history, now_ms, e);
    if (code == 0)
        code = drop_old(history, before_ms, now_ms, e);
    if (code == 0)
        code = drop_big(history, e);
    if (code == 0)
        code = drop_series(history, e);
    if (code == 0)
        code = sql_run(history, "COMMIT", e);
    if (code < 0)
        return code;
    known_sweep(&history->known);
    return shrink(history, e);
}

int history_cut(struct history *history, int64_t t, struct error *e)
{
    int code = history_cut_chunks(history, t, e);
    return code < 0 ? code : seal_heads(history, t, e);
}
