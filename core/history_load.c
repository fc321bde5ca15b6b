/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/history_inside.h"

enum { PART = 256 };

int history_each_head(struct history *history, void (*visit)(const struct head_sample *, void *),
                      int64_t *t, void *arg, struct error *e)
{
    struct head_state state = {0};
    struct span content;
    sqlite3_stmt *rows;
    bool readable = false;
    size_t broken = 0;
    int code = sql_prepare(history, "SELECT t, samples FROM heads ORDER BY seq", &rows, e);
    if (code < 0)
        return code;
    head_state_grow(&state, history->known.id_count);
    while ((code = sql_step(history, rows, e)) > 0) {
        *t = sqlite3_column_int64(rows, 0);
        bool sound = row_open(sqlite3_column_blob(rows, 1), (size_t)sqlite3_column_bytes(rows, 1),
                              (uint64_t)*t, &content);
        readable = sound && (readable || row_head_is_whole(content)) &&
                   row_take_head(&state, content, visit, arg) == 0;
        broken += !readable;
    }
    sqlite3_finalize(rows);
    head_state_free(&state);
    if (broken)
        history_warn(history, "history: %zu looks in %s are broken and left out", broken,
                     history->path);
    return code;
}

struct loading {
    struct history *history;
    struct store *store;
    struct arena *arena;
    const struct series **series; /* by id; NULL: nothing of it yet */
    const bool *wanted;           /* by id; NULL: all */
    int64_t from, to, t;
    size_t broken;
};

/* The series is made with its first sample. */
static void add(struct loading *l, uint32_t id, struct point point)
{
    const struct known *one = l->history->known.by_id[id];
    const struct labels *labels;
    if (point.t <= l->from || point.t > l->to || !one || (l->wanted && !l->wanted[id]))
        return;
    if (l->series[id]) {
        series_append(l->series[id], point.t, point.v, NULL);
        return;
    }
    arena_reset(l->arena);
    if (row_take_labels((struct span){one->labels, one->labels + one->length}, l->arena, &labels) ==
        0)
        store_append_series(l->store, labels, point.t, point.v, &l->series[id], NULL);
}

static void add_head(const struct head_sample *sample, void *arg)
{
    struct loading *l = arg;
    struct point point = {.t = l->t};
    memcpy(&point.v, &sample->value, sizeof point.v);
    add(l, sample->id, point);
}

/* Opens the chunk of a row (series, samples); false where it is none. */
static bool open_row(const struct history *history, sqlite3_stmt *row, uint32_t *id,
                     struct chunk_reader *reader)
{
    int64_t series = sqlite3_column_int64(row, 0);
    const struct known *one = series >= 0 && series < (int64_t)history->known.id_count
                                  ? history->known.by_id[series]
                                  : NULL;
    struct span content;
    if (!one || !row_open(sqlite3_column_blob(row, 1), (size_t)sqlite3_column_bytes(row, 1),
                          one->hash, &content))
        return false;
    *id = (uint32_t)series;
    return chunk_open(content.at, (size_t)(content.end - content.at), reader) == 0;
}

static bool load_chunk(struct loading *l, sqlite3_stmt *row)
{
    struct chunk_reader reader;
    struct point points[PART];
    uint32_t id;
    int count;
    if (!open_row(l->history, row, &id, &reader))
        return false;
    chunk_skip(&reader, l->from);
    while ((count = chunk_read(&reader, points, PART)) > 0)
        for (int i = 0; i < count; i++)
            add(l, id, points[i]);
    return count == 0;
}

/* What is not wanted is not read. */
static bool wants(const struct loading *l, int64_t id)
{
    return !l->wanted || id < 0 || id >= (int64_t)l->history->known.id_count || l->wanted[id];
}

static int load_chunks(struct loading *l, struct error *e)
{
    sqlite3_stmt *rows;
    int code = sql_prepare(
        l->history, "SELECT series, samples FROM chunks WHERE t > ? ORDER BY t, series", &rows, e);
    if (code < 0)
        return code;
    sqlite3_bind_int64(rows, 1, l->from);
    while ((code = sql_step(l->history, rows, e)) > 0)
        if (wants(l, sqlite3_column_int64(rows, 0)))
            l->broken += !load_chunk(l, rows);
    sqlite3_finalize(rows);
    return code;
}

/* Which series have one of the names; calloc()ed. */
static bool *find_wanted(const struct history *history, struct arena *arena,
                         const char *const *names, size_t count)
{
    bool *wanted = calloc(history->known.id_count + 1, sizeof *wanted);
    if (!wanted)
        abort();
    for (size_t id = 0; id < history->known.id_count; id++) {
        const struct known *one = history->known.by_id[id];
        const struct labels *labels;
        arena_reset(arena);
        if (!one || row_take_labels((struct span){one->labels, one->labels + one->length}, arena,
                                    &labels) < 0)
            continue;
        const char *name = labels_get(labels, LABEL_NAME);
        for (size_t i = 0; i < count && !wanted[id]; i++)
            wanted[id] = strcmp(names[i], name) == 0;
    }
    return wanted;
}

int history_newest(struct history *history, int64_t *t, struct error *e)
{
    int code = history_open(history, e);
    *t = INT64_MIN;
    return code < 0 ? code
                    : sql_number(history,
                                 "SELECT coalesce(max(t), -9223372036854775808) FROM"
                                 " (SELECT max(t) AS t FROM heads UNION ALL"
                                 " SELECT max(t) FROM chunks)",
                                 t, e);
}

int history_load(struct history *history, struct store *store, int64_t from, int64_t to,
                 struct error *e)
{
    return history_load_names(history, store, from, to, NULL, 0, e);
}

int history_load_names(struct history *history, struct store *store, int64_t from, int64_t to,
                       const char *const *names, size_t count, struct error *e)
{
    SCRATCH_ARENA(arena);
    struct error cause = {0};
    struct loading l = {.history = history, .store = store, .arena = arena, .from = from, .to = to};
    int code = history_open(history, e);
    if (code < 0)
        return code;
    /* One transaction, so that a writer cannot come between chunks and heads. */
    code = sql_run(history, "BEGIN", &cause);
    /* Nor may it have given an id to another series since a reader has opened the database. */
    if (code == 0 && history->options.read_only)
        code = known_load(history, &cause);
    l.series = calloc(history->known.id_count + 1, sizeof(struct series *));
    if (!l.series)
        abort();
    bool *wanted = names ? find_wanted(history, arena, names, count) : NULL;
    l.wanted = wanted;
    if (code == 0)
        code = load_chunks(&l, &cause);
    if (code == 0)
        code = history_each_head(history, add_head, &l.t, &l, &cause);
    if (code == 0)
        code = sql_run(history, "COMMIT", &cause);
    free(l.series);
    free(wanted);
    if (l.broken)
        history_warn(history, "history: %zu chunks of %s are broken and left out", l.broken,
                     history->path);
    if (code == -EBADMSG && !history->options.read_only)
        return history_renew(history, &cause, e);
    if (code < 0) {
        history_close_database(history);
        if (e)
            *e = cause;
    }
    return code;
}

/* Puts the samples up to t of a chunk that has later ones under t. */
static int cut_chunk(struct history *history, sqlite3_stmt *row, int64_t t, sqlite3_stmt *insert,
                     struct error *e)
{
    struct chunk_writer writer = {0};
    struct chunk_reader reader;
    struct buf bytes = {0};
    struct point point;
    uint32_t id;
    int code = 0;
    if (!open_row(history, row, &id, &reader))
        return 0;
    while (chunk_read(&reader, &point, 1) > 0 && point.t <= t)
        chunk_append(&writer, point);
    if (writer.count) {
        row_begin(&bytes);
        chunk_finish(&writer, &bytes);
        row_finish(&bytes, history->known.by_id[id]->hash);
        sqlite3_bind_int64(insert, 1, t);
        sqlite3_bind_int64(insert, 2, id);
        sqlite3_bind_blob64(insert, 3, bytes.data, bytes.length, SQLITE_STATIC);
        code = sql_do(history, insert, e);
    }
    chunk_free(&writer);
    buf_free(&bytes);
    return code;
}

int history_cut_chunks(struct history *history, int64_t t, struct error *e)
{
    sqlite3_stmt *rows = NULL, *insert = NULL, *drop = NULL;
    int code = sql_prepare(history, "SELECT series, samples FROM chunks WHERE t > ?", &rows, e);
    if (code == 0)
        code = sql_prepare(history, "INSERT OR IGNORE INTO chunks VALUES(?, ?, ?)", &insert, e);
    if (code == 0)
        code = sql_prepare(history, "DELETE FROM chunks WHERE t > ?", &drop, e);
    if (code == 0) {
        sqlite3_bind_int64(rows, 1, t);
        sqlite3_bind_int64(drop, 1, t);
        while ((code = sql_step(history, rows, e)) > 0)
            if ((code = cut_chunk(history, rows, t, insert, e)) < 0)
                break;
        sqlite3_reset(rows);
    }
    if (code == 0)
        code = sql_do(history, drop, e);
    sqlite3_finalize(rows);
    sqlite3_finalize(insert);
    sqlite3_finalize(drop);
    return code;
}
