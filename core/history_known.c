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

static void grow_buckets(struct known_series *known)
{
    struct known **old = known->buckets;
    size_t old_count = known->bucket_count;
    known->bucket_count = old_count ? old_count * 2 : FIRST_BUCKETS;
    known->buckets = must(calloc(known->bucket_count, sizeof *known->buckets));
    for (size_t i = 0; i < old_count; i++)
        for (struct known *one = old[i], *next; one; one = next) {
            next = one->next;
            add_to_bucket(known, one);
        }
    free(old);
}

/* The array of pointers by id grown so that id has a place in it. */
static void grow_array(struct known ***array, size_t *room, uint32_t id)
{
    size_t old = *room;
    if (id < old)
        return;
    *room = old ? old : FIRST_BUCKETS;
    while (*room <= id)
        *room *= 2;
    *array = must(reallocarray(*array, *room, sizeof **array));
    memset(*array + old, 0, (*room - old) * sizeof **array);
}

static struct known *find(const struct known_series *known, const void *labels, size_t length)
{
    struct known *one = known->bucket_count ? *bucket_of(known, XXH3_64bits(labels, length)) : NULL;
    while (one && (one->length != length || memcmp(one->labels, labels, length) != 0))
        one = one->next;
    return one;
}

static struct known *add(struct known_series *known, const void *labels, size_t length)
{
    struct known *one = must(calloc(1, sizeof *one + length));
    one->hash = XXH3_64bits(labels, length);
    one->length = (uint32_t)length;
    memcpy(one->labels, labels, length);
    if (known->count++ >= known->bucket_count)
        grow_buckets(known);
    add_to_bucket(known, one);
    return one;
}

struct known *known_of(struct known_series *known, const void *labels, size_t length)
{
    struct known *one = find(known, labels, length);
    if (!one && known->count < 2 * HISTORY_MAX_SERIES)
        one = add(known, labels, length);
    return one;
}

void known_tell(struct known_series *known, uint32_t feed_id, struct known *one)
{
    grow_array(&known->by_feed, &known->feed_room, feed_id);
    known->by_feed[feed_id] = one;
    if (one)
        one->told = true;
}

void known_untell(struct known_series *known)
{
    for (size_t i = 0; i < known->feed_room; i++)
        if (known->by_feed[i])
            known->by_feed[i]->told = false;
    free(known->by_feed);
    known->by_feed = NULL;
    known->feed_room = 0;
}

static void set_id(struct known_series *known, struct known *one, uint32_t id)
{
    grow_array(&known->by_id, &known->id_room, id);
    known->by_id[id] = one;
    if (id >= known->id_count)
        known->id_count = id + 1;
    one->id = id;
    one->on_disk = true;
}

bool known_place(struct known_series *known, struct known *one)
{
    while (known->first_free < known->id_count && known->by_id[known->first_free])
        known->first_free++;
    if (known->first_free >= HISTORY_MAX_SERIES)
        return false;
    set_id(known, one, (uint32_t)known->first_free);
    return true;
}

void known_drop_id(struct known_series *known, size_t id)
{
    known->by_id[id]->on_disk = false;
    known->by_id[id] = NULL;
    if (id < known->first_free)
        known->first_free = id;
}

void known_forget_disk(struct known_series *known)
{
    for (size_t id = 0; id < known->id_count; id++)
        if (known->by_id[id])
            known_drop_id(known, id);
    known->id_count = 0;
}

void known_sweep(struct known_series *known)
{
    for (size_t i = 0; i < known->bucket_count; i++)
        for (struct known **link = &known->buckets[i], *one; (one = *link);) {
            if (one->on_disk || one->told) {
                link = &one->next;
                continue;
            }
            *link = one->next;
            free(one);
            known->count--;
        }
}

/* Takes a row in. One that is broken, or says what another has said, is left out. */
static bool take_row(struct history *history, sqlite3_stmt *row)
{
    struct known_series *known = &history->known;
    int64_t id = sqlite3_column_int64(row, 0);
    const void *bytes = sqlite3_column_blob(row, 1);
    struct span content;
    if (id < 0 || id >= HISTORY_MAX_SERIES ||
        !row_open(bytes, (size_t)sqlite3_column_bytes(row, 1), (uint64_t)id, &content))
        return false;
    struct known *one = known_of(known, content.at, (size_t)(content.end - content.at));
    if (!one || one->on_disk)
        return false;
    set_id(known, one, (uint32_t)id);
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
    known_untell(known);
    known_forget_disk(known);
    known_sweep(known);
    free(known->buckets);
    free(known->by_id);
}
