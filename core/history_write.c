/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/history_inside.h"

/* A broken head row makes those after it unreadable, up to the next that is whole. */
enum { WHOLE_EVERY = 60 };

/* A sample by its series' id in the database. */
struct placed {
    int64_t t;
    struct head_sample head;
};

static int by_time_and_id(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->t != y->t)
        return x->t < y->t ? -1 : 1;
    return (x->head.id > y->head.id) - (x->head.id < y->head.id);
}

/* The series of the tick are remembered whatever becomes of its samples. */
static void take_series(struct history *history, const struct history_tick *tick)
{
    if (tick->anew)
        known_untell(&history->known);
    for (size_t i = 0; i < tick->series_count; i++) {
        const struct tick_series *series = &tick->series[i];
        known_tell(&history->known, series->id,
                   known_of(&history->known, tick->texts.data + series->begin, series->length));
    }
    if (tick->anew)
        known_sweep(&history->known);
}

static int insert_series(struct history *history, sqlite3_stmt *statement, struct known *one,
                         struct error *e)
{
    struct buf row = {0};
    row_begin(&row);
    buf_add(&row, one->labels, one->length);
    row_finish(&row, one->id);
    sqlite3_bind_int64(statement, 1, one->id);
    sqlite3_bind_blob64(statement, 2, row.data, row.length, SQLITE_STATIC);
    int code = sql_do(history, statement, e);
    buf_free(&row);
    return code;
}

/* Sorts the samples of a tick by time and id; series that are not on disk yet are put there. */
static int place_samples(struct history *history, const struct history_tick *tick,
                         struct placed *placed, size_t *count, struct error *e)
{
    struct known_series *known = &history->known;
    sqlite3_stmt *insert;
    int code = sql_prepare(history, "INSERT OR REPLACE INTO series VALUES(?, ?)", &insert, e);
    *count = 0;
    for (size_t i = 0; i < tick->sample_count && code == 0; i++) {
        const struct tick_sample *sample = &tick->samples[i];
        struct known *one = sample->id < known->feed_room ? known->by_feed[sample->id] : NULL;
        if (!one)
            continue;
        if (!one->on_disk) {
            if (!known_place(known, one))
                continue;
            code = insert_series(history, insert, one, e);
        }
        placed[(*count)++] = (struct placed){sample->t, {one->id, sample->value}};
    }
    sqlite3_finalize(insert);
    qsort(placed, *count, sizeof *placed, by_time_and_id);
    return code;
}

static int insert_head(struct history *history, sqlite3_stmt *statement, int64_t t,
                       const struct head_sample *samples, size_t count, struct error *e)
{
    struct buf row = {0};
    bool whole = history->next_is_whole || history->rows_since_whole >= WHOLE_EVERY;
    row_begin(&row);
    row_put_head(&history->state, samples, count, whole, &row);
    row_finish(&row, (uint64_t)t);
    history->next_is_whole = false;
    history->rows_since_whole = whole ? 1 : history->rows_since_whole + 1;
    sqlite3_bind_int64(statement, 1, t);
    sqlite3_bind_blob64(statement, 2, row.data, row.length, SQLITE_STATIC);
    int code = sql_do(history, statement, e);
    buf_free(&row);
    if (code == 0) {
        history->head_count++;
        if (t < history->oldest_head_ms)
            history->oldest_head_ms = t;
    }
    return code;
}

/* A row for each time, of which there is one in most ticks. */
static int write_heads(struct history *history, const struct placed *placed, size_t count,
                       struct error *e)
{
    struct head_sample *samples = calloc(count + 1, sizeof *samples);
    sqlite3_stmt *insert;
    if (!samples)
        abort();
    int code = sql_prepare(history, "INSERT INTO heads(t, samples) VALUES(?, ?)", &insert, e);
    head_state_grow(&history->state, history->known.id_count);
    for (size_t i = 0; i < count && code == 0;) {
        size_t n = 0, first = i;
        for (; i < count && placed[i].t == placed[first].t; i++)
            if (!n || samples[n - 1].id != placed[i].head.id)
                samples[n++] = placed[i].head;
        code = insert_head(history, insert, placed[first].t, samples, n, e);
    }
    sqlite3_finalize(insert);
    free(samples);
    return code;
}

static uint64_t place_of_name(const char *name)
{
    uint64_t place = 0;
    while (*name)
        place = place * 31 + (unsigned char)*name++;
    return place;
}

/* Nothing is written where the same is there already, as at most ticks. */
static int write_states(struct history *history, const struct history_tick *tick, struct error *e)
{
    sqlite3_stmt *insert;
    struct buf row = {0};
    if (!tick->state_count)
        return 0;
    int code = sql_prepare(history,
                           "INSERT INTO states VALUES(?1, ?2) ON CONFLICT(name) DO "
                           "UPDATE SET bytes = ?2 WHERE bytes <> ?2",
                           &insert, e);
    for (size_t i = 0; i < tick->state_count && code == 0; i++) {
        const struct tick_state *state = &tick->states[i];
        row_begin(&row);
        buf_add(&row, state->bytes.data, state->bytes.length);
        row_finish(&row, place_of_name(state->name));
        sqlite3_bind_text(insert, 1, state->name, -1, SQLITE_STATIC);
        sqlite3_bind_blob64(insert, 2, row.data, row.length, SQLITE_STATIC);
        code = sql_do(history, insert, e);
    }
    sqlite3_finalize(insert);
    buf_free(&row);
    return code;
}

static int write_rows(struct history *history, const struct history_tick *tick, struct error *e)
{
    struct placed *placed = calloc(tick->sample_count + 1, sizeof *placed);
    size_t count;
    if (!placed)
        abort();
    int code = sql_run(history, "BEGIN IMMEDIATE", e);
    if (code == 0 && tick->dropped_after != INT64_MAX)
        code = history_cut(history, tick->dropped_after, e);
    if (code == 0)
        code = place_samples(history, tick, placed, &count, e);
    if (code == 0)
        code = write_heads(history, placed, count, e);
    if (code == 0)
        code = write_states(history, tick, e);
    if (code == 0)
        code = sql_run(history, "COMMIT", e);
    free(placed);
    return code;
}

static int64_t newest_of(const struct history_tick *tick)
{
    int64_t newest = INT64_MIN;
    for (size_t i = 0; i < tick->sample_count; i++)
        if (tick->samples[i].t > newest)
            newest = tick->samples[i].t;
    return newest;
}

/* Opens what is not open, writes, and makes chunks when it is time. */
static int write_tick(struct history *history, const struct history_tick *tick, struct error *e)
{
    int code = history_open(history, e);
    if (code < 0)
        return code;
    code = write_rows(history, tick, e);
    if (code == 0 && tick->sample_count)
        code = history_seal(history, newest_of(tick), e);
    /* What the connection is good for now, and what of it is on the disk, is not known. */
    if (code < 0)
        history_close_database(history);
    return code;
}

int history_write(struct history *history, const struct history_tick *tick, struct error *e)
{
    struct error cause = {0};
    take_series(history, tick);
    if (history_is_replaced(history))
        history_close_database(history);
    int code = write_tick(history, tick, &cause);
    if (code == -EBADMSG) {
        code = history_renew(history, &cause, &cause);
        if (code == 0)
            code = write_tick(history, tick, &cause);
    }
    if (code < 0 && e)
        *e = cause;
    return code;
}

int history_state(struct history *history, const char *name, struct buf *bytes, struct error *e)
{
    sqlite3_stmt *query;
    struct span content;
    int code = history_open(history, e);
    bytes->length = 0;
    if (code == 0)
        code = sql_prepare(history, "SELECT bytes FROM states WHERE name = ?", &query, e);
    if (code < 0)
        return code;
    sqlite3_bind_text(query, 1, name, -1, SQLITE_STATIC);
    code = sql_step(history, query, e);
    if (code == 0)
        code = error_set(e, -ENOENT, "history: %s has no state %s", history->path, name);
    else if (code > 0 &&
             !row_open(sqlite3_column_blob(query, 0), (size_t)sqlite3_column_bytes(query, 0),
                       place_of_name(name), &content))
        code = error_set(e, -EBADMSG, "history: state %s of %s is broken", name, history->path);
    else if (code > 0)
        buf_add(bytes, content.at, (size_t)(content.end - content.at));
    sqlite3_finalize(query);
    return code > 0 ? 0 : code;
}
