/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "core/history_inside.h"

enum { FIRST_BUCKETS = 256 };

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static struct known **bucket_of(const struct known_series *known, uint64_t hash)
{
    return &known->buckets[hash & (known->bucket_count - 1)];
}

static void add_to_bucket(const struct known_series *known, struct known *one)
{
    struct known **bucket = bucket_of(known, one->hash);
    one->next = *bucket;
    *bucket = one;
}

static void grow(struct known_series *known)
{
    size_t count = known->bucket_count ? known->bucket_count * 2 : FIRST_BUCKETS;
    free(known->buckets);
    known->buckets = must(calloc(count, sizeof *known->buckets));
    known->bucket_count = count;
    for (size_t i = 0; i < known->count; i++)
        if (known->by_id[i])
            add_to_bucket(known, known->by_id[i]);
}

static struct known *find(const struct known_series *known, const void *labels, size_t length)
{
    struct known *one = known->bucket_count ? *bucket_of(known, XXH3_64bits(labels, length)) : NULL;
    while (one && (one->length != length || memcmp(one->labels, labels, length) != 0))
        one = one->next;
    return one;
}

/* by_id has a hole for each id that is not known. */
static struct known *add(struct known_series *known, uint32_t id, const void *labels, size_t length)
{
    if (!known->arena)
        known->arena = arena_new();
    if (id >= known->room) {
        size_t room = known->room ? known->room : 64;
        while (room <= id)
            room *= 2;
        known->by_id = must(reallocarray(known->by_id, room, sizeof *known->by_id));
        memset(known->by_id + known->room, 0, (room - known->room) * sizeof *known->by_id);
        known->room = room;
    }
    struct known *one = arena_alloc(known->arena, sizeof *one + length);
    one->id = id;
    one->hash = XXH3_64bits(labels, length);
    one->length = (uint32_t)length;
    memcpy(one->labels, labels, length);
    known->by_id[id] = one;
    if (id >= known->count)
        known->count = id + 1;
    if (known->count > known->bucket_count)
        grow(known);
    else
        add_to_bucket(known, one);
    return one;
}

struct known *known_of(struct known_series *known, const void *labels, size_t length)
{
    struct known *one = find(known, labels, length);
    if (!one && known->count < HISTORY_MAX_SERIES)
        one = add(known, (uint32_t)known->count, labels, length);
    return one;
}

void known_tell(struct known_series *known, uint32_t feed_id, struct known *one)
{
    if (feed_id >= known->feed_room) {
        size_t room = known->feed_room ? known->feed_room : 256;
        while (room <= feed_id)
            room *= 2;
        known->by_feed = must(reallocarray(known->by_feed, room, sizeof *known->by_feed));
        memset(known->by_feed + known->feed_room, 0,
               (room - known->feed_room) * sizeof *known->by_feed);
        known->feed_room = room;
    }
    known->by_feed[feed_id] = one;
}

void known_forget_disk(struct known_series *known)
{
    for (size_t i = 0; i < known->count; i++)
        if (known->by_id[i])
            known->by_id[i]->on_disk = false;
}

/* Takes a row in. One that is broken, or contradicts what is known, is left out. */
static bool take_row(struct history *history, sqlite3_stmt *row)
{
    struct known_series *known = &history->known;
    int64_t id = sqlite3_column_int64(row, 0);
    const void *bytes = sqlite3_column_blob(row, 1);
    struct span content;
    if (id < 0 || id >= HISTORY_MAX_SERIES ||
        !row_open(bytes, (size_t)sqlite3_column_bytes(row, 1), (uint64_t)id, &content))
        return false;
    size_t length = (size_t)(content.end - content.at);
    struct known *one = find(known, content.at, length);
    struct known *there = (size_t)id < known->count ? known->by_id[id] : NULL;
    if (!one && !there)
        one = add(known, (uint32_t)id, content.at, length);
    if (!one || one->id != id)
        return false;
    one->on_disk = true;
    return true;
}

int known_load(struct history *history, struct error *e)
{
    sqlite3_stmt *rows;
    size_t broken = 0;
    int code = sql_prepare(history, "SELECT id, labels FROM series ORDER BY id", &rows, e);
    if (code < 0)
        return code;
    known_forget_disk(&history->known);
    while ((code = sql_step(history, rows, e)) > 0)
        broken += !take_row(history, rows);
    sqlite3_finalize(rows);
    if (code < 0 || !broken)
        return code;
    /* An id of which nobody knows whose it is must not get another owner. */
    if (!history->options.read_only)
        return error_set(e, -EBADMSG, "history: %zu series of %s are broken", broken,
                         history->path);
    history_warn(history, "history: %zu series of %s are broken and left out", broken,
                 history->path);
    return 0;
}

void known_free(struct known_series *known)
{
    if (known->arena)
        arena_free(&known->arena);
    free(known->buckets);
    free(known->by_id);
    free(known->by_feed);
}
