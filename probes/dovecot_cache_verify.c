/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/dovecot_cache.h"
#include "probes/dovecot_cache_fields.h"

/* A walk over the whole file, and what it notes for the question whose each record is. */
struct walk {
    struct dovecot_cache *cache;
    struct dovecot_cache_ref *refs;
    size_t ref_count, next_ref; /* refs before next_ref lie before at */
    struct mailindex_sink *sink;
    uint64_t at, size, fields_at;
    bool sound;
    struct record {
        uint32_t offset, before, owner;
    } * records;
    size_t count, room, continued;
    bool unowned; /* there are too many to remember */
};

static void breach(struct walk *w, const char *rule, uint64_t at, uint64_t length,
                   const char *expected, uint64_t found)
{
    w->sound = false;
    mailindex_report(w->sink, rule, (struct mailindex_place){w->cache->file->name, at, length},
                     "record at %llu: expected %s, found %llu", (unsigned long long)w->at, expected,
                     (unsigned long long)found);
}

static void note(struct walk *w, uint32_t before)
{
    if (w->unowned)
        return;
    if (w->count == w->room) {
        size_t room = w->room ? w->room * 2 : 1024;
        struct record *grown =
            w->room >= DOVECOT_CACHE_OWNED_MAX ? NULL : realloc(w->records, room * sizeof *grown);
        if (!grown) {
            w->unowned = true;
            return;
        }
        w->records = grown;
        w->room = room;
    }
    w->records[w->count++] = (struct record){(uint32_t)w->at, before, 0};
    w->continued += before != 0;
}

/* Line numbers ended by zero, then the lines. */
static bool header_lines(const uint8_t *data, uint32_t size)
{
    uint32_t at = 0, before = 0;

    if (size == 0) /* the mail does not have that header */
        return true;
    for (; at + 4 <= size && le32(data + at); at += 4) {
        if (le32(data + at) <= before)
            return false;
        before = le32(data + at);
    }
    return at + 4 <= size && !memchr(data + at + 4, 0, size - at - 4);
}

/* What can be said of a field's contents. */
static void check_data(struct walk *w, const struct dovecot_cache_cursor *c)
{
    uint8_t type = c->field->type;

    if ((type != DOVECOT_CACHE_STRING && type != DOVECOT_CACHE_HEADER_LINES) ||
        c->size > WINDOW_LENGTH_MAX)
        return;
    const uint8_t *data = window_at(&w->cache->window, c->data_at, c->size);
    if (!data)
        return;
    if (type == DOVECOT_CACHE_STRING ? memchr(data, 0, c->size) != NULL
                                     : !header_lines(data, c->size))
        mailindex_report(
            w->sink, "C07", (struct mailindex_place){w->cache->file->name, c->data_at, c->size},
            "record at %llu: expected %s of field \"%s\", found other bytes",
            (unsigned long long)w->at,
            type == DOVECOT_CACHE_STRING ? "a text" : "numbered header lines", c->field->name);
}

static void check_fields(struct walk *w, uint32_t size)
{
    struct dovecot_cache_cursor cursor = {.at = w->at + 8, .end = w->at + size};

    while (dovecot_cache_record_next(w->cache, &cursor)) {
        uint64_t data_end = cursor.data_at + cursor.size;
        check_data(w, &cursor);
        size_t padding = (size_t)(cursor.at - data_end);
        const uint8_t *b = padding ? window_at(&w->cache->window, data_end, padding) : NULL;
        for (size_t i = 0; b && i < padding; i++)
            if (b[i]) {
                breach(w, "C04", w->at, size, "zero in the padding of a field", b[i]);
                return;
            }
    }
    if (cursor.why) {
        w->sound = false;
        mailindex_report(w->sink, "C04",
                         (struct mailindex_place){w->cache->file->name, w->at, size},
                         "record at %llu: found %s at %llu", (unsigned long long)w->at, cursor.why,
                         (unsigned long long)cursor.field_at);
    }
}

static void pass_refs(struct walk *w)
{
    while (w->next_ref < w->ref_count && w->refs[w->next_ref].offset < w->at)
        w->next_ref++;
}

/* Where the walk can go on after a record whose size is wrong; 0: nowhere. */
static uint64_t next_known(struct walk *w)
{
    uint64_t next = 0;

    w->at++;
    pass_refs(w);
    w->at--;
    if (w->next_ref < w->ref_count && w->refs[w->next_ref].offset < w->size)
        next = w->refs[w->next_ref].offset;
    if (w->fields_at > w->at && w->fields_at < w->size && (next == 0 || w->fields_at < next))
        next = w->fields_at;
    return next;
}

/* The record's size; 0: it has none that fits. */
static uint32_t record_size(struct walk *w)
{
    const uint8_t *b = window_at(&w->cache->window, w->at, 8);
    uint64_t left = w->size - w->at;
    uint32_t size = b ? le32(b + 4) : 0;
    uint64_t end =
        w->fields_at > w->at && w->fields_at - w->at < left ? w->fields_at - w->at : left;

    if (w->cache->window.error)
        return 0;
    if (b && size >= 8 && size % 4 == 0 && size <= end) {
        uint32_t before = le32(b);
        if (before && (before >= w->at || before < DOVECOT_CACHE_HEADER || before % 4))
            breach(w, "C05", w->at, size, "a record before this one, of the same mail; its offset",
                   before);
        note(w, before);
        return size;
    }
    if (w->next_ref >= w->ref_count && w->fields_at <= w->at)
        /* Nobody has spoken of it yet: it may be that it is being written. */
        breach(w, "C08", w->at, left < 8 ? left : 8, "a whole record; its size", size);
    else
        breach(w, "C06", w->at, left < 8 ? left : 8,
               "a size of at least 8, a multiple of 4, up to what follows", size);
    return 0;
}

static bool step(struct walk *w)
{
    pass_refs(w);
    if (w->at == w->fields_at) {
        struct dovecot_cache_fields_header header = {0};
        if (!dovecot_cache_fields_header(w->cache, w->at, &header, NULL))
            return false;
        w->at += ((uint64_t)header.size + 3) & ~(uint64_t)3;
        w->fields_at = header.next;
        return true;
    }
    uint32_t size = record_size(w);
    if (size) {
        check_fields(w, size);
        w->at += size;
        return true;
    }
    uint64_t next = next_known(w);
    w->at = next;
    return next != 0 && !w->cache->window.error;
}

static int compare_refs(const void *a, const void *b)
{
    const struct dovecot_cache_ref *x = a, *y = b;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return x->uid < y->uid ? -1 : x->uid > y->uid;
}

/* They often are already. */
static bool sorted(const struct dovecot_cache_ref *refs, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (compare_refs(&refs[i - 1], &refs[i]) > 0)
            return false;
    return true;
}

static struct record *find(const struct walk *w, uint32_t offset)
{
    size_t low = 0, high = w->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (w->records[middle].offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low < w->count && w->records[low].offset == offset ? &w->records[low] : NULL;
}

static void check_ref(struct walk *w, const struct dovecot_cache_ref *ref)
{
    struct record *record = find(w, ref->offset);

    if (record && !record->owner) {
        record->owner = ref->uid;
    } else if (record && record->owner != ref->uid) {
        mailindex_report(w->sink, "X17", ref->place,
                         "uid %u has the cache record at %u, which is also that of uid %u",
                         ref->uid, ref->offset, record->owner);
    } else if (!record && (ref->offset >= w->cache->file->size || (w->sound && !w->unowned))) {
        mailindex_report(w->sink, "X16", ref->place,
                         "uid %u: expected the offset of a cache record, found %u%s", ref->uid,
                         ref->offset,
                         ref->offset >= w->cache->file->size ? ", behind the end of the cache"
                                                             : ", where none begins");
    }
}

/* From the newest record of each mail back along its chain. */
static void follow_chains(struct walk *w)
{
    for (size_t i = w->count; i-- > 0;) {
        struct record *r = &w->records[i];
        if (!r->before || r->before >= r->offset)
            continue;
        struct record *before = find(w, r->before);
        w->at = r->offset;
        if (!before && w->sound)
            breach(w, "C05", r->offset, 8, "the start of a record before this one, found none at",
                   r->before);
        else if (before && before->owner && r->owner && before->owner != r->owner)
            mailindex_report(w->sink, "X17",
                             (struct mailindex_place){w->cache->file->name, r->offset, 8},
                             "the cache record at %u of uid %u continues one at %u, which is of "
                             "uid %u",
                             r->offset, r->owner, r->before, before->owner);
        else if (before && r->owner)
            before->owner = r->owner;
    }
}

static void check_counts(const struct walk *w)
{
    const struct dovecot_cache_header *h = &w->cache->header;

    if (w->unowned || !w->sound)
        return;
    if (h->record_count > w->count || h->continued_count > w->count)
        mailindex_report(w->sink, "C02", (struct mailindex_place){w->cache->file->name, 12, 8},
                         "expected the header to count at most the %zu records that there are, "
                         "found %u, %u of them continued",
                         w->count, h->record_count, h->continued_count);
}

/* The newest record that a mail has ought to be there. */
static void check_end(const struct walk *w)
{
    const struct mailindex_file *file = w->cache->file;
    uint64_t last = w->ref_count ? w->refs[w->ref_count - 1].offset : 0;

    if (last + 8 > file->size)
        mailindex_report(
            w->sink, "X16", (struct mailindex_place){file->name, file->size, 0},
            "expected cache records up to %llu at least, as the index names one there, "
            "found the end",
            (unsigned long long)last);
}

void dovecot_cache_verify(struct dovecot_cache *cache, struct dovecot_cache_ref *refs, size_t count,
                          struct mailindex_sink *sink)
{
    struct walk w = {
        .cache = cache,
        .refs = refs,
        .ref_count = count,
        .sink = sink,
        .at = DOVECOT_CACHE_HEADER,
        .size = cache->file->size > UINT32_MAX ? UINT32_MAX : cache->file->size,
        .fields_at = cache->header.fields_at,
        .sound = true,
    };
    if (count && !sorted(refs, count))
        qsort(refs, count, sizeof *refs, compare_refs);
    while (w.at < w.size && step(&w))
        ;
    check_counts(&w);
    check_end(&w);
    for (size_t i = 0; i < count; i++)
        check_ref(&w, &refs[i]);
    follow_chains(&w);
    free(w.records);
}
