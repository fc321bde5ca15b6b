/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_cache.h"

#include <stdlib.h>
#include <string.h>

#include "probes/dovecot_cache_fields.h"

/* lib-index/mail-index-util.c: seven bits a byte, the top bit of each set; 0: none */
uint64_t dovecot_cache_offset(const uint8_t *b)
{
    if (!(b[0] & b[1] & b[2] & b[3] & 0x80))
        return 0;
    return (uint64_t)((uint32_t)(b[0] & 0x7f) << 21 | (uint32_t)(b[1] & 0x7f) << 14 |
                      (uint32_t)(b[2] & 0x7f) << 7 | (uint32_t)(b[3] & 0x7f))
           << 2;
}

static struct mailindex_place place(const struct dovecot_cache *cache, uint64_t offset,
                                    uint64_t length)
{
    return (struct mailindex_place){cache->file->name, offset, length};
}

static bool bad(const struct dovecot_cache *cache, const char *rule, uint64_t offset,
                const char *expected, uint64_t found, struct mailindex_sink *sink)
{
    mailindex_report(sink, rule, place(cache, offset, 4), "expected %s, found %llu", expected,
                     (unsigned long long)found);
    return false;
}

static bool check_version(struct dovecot_cache *cache, const uint8_t *b,
                          struct mailindex_sink *sink)
{
    if (b[0] != 1)
        return bad(cache, "C01", 0, "major version 1", b[0], sink);
    if (b[1] != 8)
        return bad(cache, "C01", 1, "8 bytes of uoff_t", b[1], sink);
    if (b[2] == 2)
        mailindex_report(sink, "C00", place(cache, 2, 1),
                         "is of version 1.2, newer than those known here (1.0 and 1.1)");
    else if (b[2] > 2)
        bad(cache, "C02", 2, "minor version 1", b[2], sink);
    if (b[3])
        bad(cache, "C02", 3, "zero in an unused byte of the header", b[3], sink);
    return true;
}

static bool read_header(struct dovecot_cache *cache, struct mailindex_sink *sink)
{
    const uint8_t *b = window_at(&cache->window, 0, DOVECOT_CACHE_HEADER);
    struct dovecot_cache_header *h = &cache->header;

    if (cache->window.error)
        return false;
    if (!b)
        return bad(cache, "C01", 0, "a header of 32 bytes; bytes", cache->file->size, sink);
    if (!check_version(cache, b, sink))
        return false;
    *h = (struct dovecot_cache_header){
        .major = b[0],
        .minor = b[2],
        .offset_size = b[1],
        .indexid = le32(b + 4),
        .file_seq = le32(b + 8),
        .continued_count = le32(b + 12),
        .record_count = le32(b + 16),
        .used_size = le32(b + 20),
        .deleted_count = le32(b + 24),
        .fields_at = dovecot_cache_offset(b + 28),
    };
    if (h->indexid == 0)
        bad(cache, "C02", 4, "an indexid", 0, sink);
    if (h->file_seq == 0)
        return bad(cache, "C02", 8, "a file_seq", 0, sink);
    if (h->used_size > cache->file->size) {
        bad(cache, "C02", 20, "a size up to that of the file", h->used_size, sink);
        mailindex_report(sink, "C02", place(cache, cache->file->size, 0),
                         "expected at least %u bytes, as the header says, found the end",
                         h->used_size);
    }
    if (cache->file->size > UINT32_MAX)
        bad(cache, "C02", UINT32_MAX, "a file that offsets of 32 bits reach; bytes",
            cache->file->size, sink);
    if (h->fields_at == 0 && le32(b + 28) != 0)
        return bad(cache, "C01", 28, "the offset of a field header", le32(b + 28), sink);
    return true;
}

bool dovecot_cache_open(struct dovecot_cache *cache, const struct mailindex_file *file,
                        struct mailindex_sink *sink)
{
    *cache = (struct dovecot_cache){.file = file, .window = {.file = file}};
    return read_header(cache, sink) && dovecot_cache_fields_read(cache, sink);
}

void dovecot_cache_close(struct dovecot_cache *cache)
{
    window_free(&cache->window);
    free(cache->fields);
    free(cache->names);
    cache->fields = NULL;
    cache->names = NULL;
    cache->field_count = 0;
}

bool dovecot_cache_record_next(struct dovecot_cache *cache, struct dovecot_cache_cursor *cursor)
{
    const uint8_t *b;

    cursor->why = NULL;
    if (cursor->at == cursor->end)
        return false;
    cursor->field_at = cursor->at;
    if (cursor->end - cursor->at < 4 || !(b = window_at(&cache->window, cursor->at, 4))) {
        cursor->why = "no room for the number of a field";
        return false;
    }
    uint32_t number = le32(b);
    if (number >= cache->field_count) {
        cursor->why = "the number of a field that there is not";
        return false;
    }
    cursor->at += 4;
    cursor->field = &cache->fields[number];
    cursor->size = cursor->field->size;
    if (cursor->size == DOVECOT_CACHE_SIZE_VARIABLE) {
        if (cursor->end - cursor->at < 4 || !(b = window_at(&cache->window, cursor->at, 4))) {
            cursor->why = "no room for the size of a field";
            return false;
        }
        cursor->size = le32(b);
        cursor->at += 4;
    }
    if (cursor->size > cursor->end - cursor->at) {
        cursor->why = "a field that continues behind its record";
        return false;
    }
    cursor->data_at = cursor->at;
    cursor->at += ((uint64_t)cursor->size + 3) & ~(uint64_t)3;
    if (cursor->at > cursor->end)
        cursor->at = cursor->end;
    return true;
}

bool dovecot_cache_lookup(struct dovecot_cache *cache, uint32_t offset,
                          void (*visit)(const struct dovecot_cache_field *field,
                                        const uint8_t *data, uint32_t size, uint64_t at, void *arg),
                          void *arg)
{
    while (offset) {
        const uint8_t *b =
            offset < DOVECOT_CACHE_HEADER ? NULL : window_at(&cache->window, offset, 8);
        uint32_t before = b ? le32(b) : 0, size = b ? le32(b + 4) : 0;
        if (!b || size < 8 || size > cache->file->size - offset || before >= offset)
            return false;
        struct dovecot_cache_cursor cursor = {.at = offset + (uint64_t)8,
                                              .end = (uint64_t)offset + size};
        while (dovecot_cache_record_next(cache, &cursor)) {
            size_t length = cursor.size > WINDOW_LENGTH_MAX ? WINDOW_LENGTH_MAX : cursor.size;
            const uint8_t *data = window_at(&cache->window, cursor.data_at, length);
            if (!data)
                return false;
            visit(cursor.field, data, cursor.size, cursor.data_at, arg);
        }
        if (cursor.why)
            return false;
        offset = before;
    }
    return true;
}
