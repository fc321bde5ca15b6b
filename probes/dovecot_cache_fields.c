/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_cache_fields.h"

#include <stdlib.h>
#include <string.h>

enum { FIELDS_HEADER = 12, CHAIN_MAX = 100000, FIELD_BYTES = 10 };

/* What Dovecot caches under these names, and how: index-mail.c. */
static const struct {
    const char *name;
    uint8_t type;
    uint32_t size;
} known[] = {
    {"flags", DOVECOT_CACHE_BITMASK, 4},       {"date.sent", DOVECOT_CACHE_FIXED, 8},
    {"date.received", DOVECOT_CACHE_FIXED, 4}, {"date.save", DOVECOT_CACHE_FIXED, 4},
    {"size.virtual", DOVECOT_CACHE_FIXED, 8},  {"size.physical", DOVECOT_CACHE_FIXED, 8},
    {"pop3.order", DOVECOT_CACHE_FIXED, 4},
};

static bool bad(struct dovecot_cache *cache, uint64_t at, uint64_t length, const char *expected,
                uint64_t found, struct mailindex_sink *sink)
{
    if (sink)
        mailindex_report(sink, "C03", (struct mailindex_place){cache->file->name, at, length},
                         "expected %s, found %llu", expected, (unsigned long long)found);
    return false;
}

bool dovecot_cache_fields_header(struct dovecot_cache *cache, uint64_t at,
                                 struct dovecot_cache_fields_header *header,
                                 struct mailindex_sink *sink)
{
    const uint8_t *b =
        at < DOVECOT_CACHE_HEADER ? NULL : window_at(&cache->window, at, FIELDS_HEADER);

    if (!b)
        return bad(cache, at, FIELDS_HEADER, "a field header within the file; its offset", at,
                   sink);
    header->next = dovecot_cache_offset(b);
    header->size = le32(b + 4);
    header->count = le32(b + 8);
    if (header->next == 0 && le32(b))
        return bad(cache, at, FIELDS_HEADER, "the offset of the next field header", le32(b), sink);
    if (header->next && header->next <= at)
        return bad(cache, at, FIELDS_HEADER, "the next field header behind this one; its offset",
                   header->next, sink);
    if (header->count > DOVECOT_CACHE_FIELDS_MAX)
        return bad(cache, at, FIELDS_HEADER, "at most 1024 fields", header->count, sink);
    if (header->size > cache->file->size - at || header->size > WINDOW_LENGTH_MAX ||
        header->size < FIELDS_HEADER + header->count * (FIELD_BYTES + 2))
        return bad(cache, at, FIELDS_HEADER, "a size of the field header that fits", header->size,
                   sink);
    return true;
}

/* Type, decision and size of a field that go together, and with what Dovecot stores by its name. */
static bool check_field(struct dovecot_cache *cache, uint64_t at,
                        const struct dovecot_cache_fields_header *h, uint32_t i,
                        struct mailindex_sink *sink)
{
    const struct dovecot_cache_field *f = &cache->fields[i];
    bool fixed = f->type == DOVECOT_CACHE_FIXED || f->type == DOVECOT_CACHE_BITMASK;
    uint64_t sizes = at + FIELDS_HEADER + 4 * (uint64_t)h->count, types = sizes + 4 * h->count;

    if (f->type > DOVECOT_CACHE_HEADER_LINES)
        return bad(cache, types + i, 1, "a type of field up to 4", f->type, sink);
    if ((f->decision & 0x7f) > 2)
        return bad(cache, types + h->count + i, 1, "a decision up to 2", f->decision, sink);
    if (fixed == (f->size == DOVECOT_CACHE_SIZE_VARIABLE) || (fixed && f->size > 1024))
        return bad(cache, sizes + 4 * (uint64_t)i, 4, "a size that goes with the type of field",
                   f->size, sink);
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
        if (strcmp(known[k].name, f->name) == 0) {
            if (f->type != known[k].type)
                return bad(cache, types + i, 1, "another type of this field", f->type, sink);
            if (f->size != known[k].size)
                return bad(cache, sizes + 4 * (uint64_t)i, 4, "another size of this field", f->size,
                           sink);
        }
    return true;
}

/* Names stand one after the other, each ended by NUL. */
static bool take_names(struct dovecot_cache *cache, uint64_t at,
                       const struct dovecot_cache_fields_header *h, struct mailindex_sink *sink)
{
    uint64_t names_at = FIELDS_HEADER + (uint64_t)h->count * FIELD_BYTES;
    size_t room = (size_t)(h->size - names_at), used = 0;

    cache->names[room] = 0;
    for (uint32_t i = 0; i < h->count; i++) {
        char *name = cache->names + used;
        size_t length = strnlen(name, room - used);
        if (used >= room || length == room - used || length == 0)
            return bad(cache, at + names_at + used, 1, "the name of a field; bytes", length, sink);
        for (size_t c = 0; c < length; c++)
            if (name[c] <= ' ' || name[c] > '~')
                return bad(cache, at + names_at + used + c, 1, "a printable name of a field",
                           (uint8_t)name[c], sink);
        cache->fields[i].name = name;
        used += length + 1;
    }
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool check_unique(struct dovecot_cache *cache, uint64_t at, struct mailindex_sink *sink)
{
    const char *names[DOVECOT_CACHE_FIELDS_MAX];

    for (size_t i = 0; i < cache->field_count; i++)
        names[i] = cache->fields[i].name;
    qsort(names, cache->field_count, sizeof names[0], compare_names);
    for (size_t i = 1; i < cache->field_count; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            return bad(cache, at, FIELDS_HEADER, "each field once; twice there is a name of length",
                       strlen(names[i]), sink);
    return true;
}

static bool take_fields(struct dovecot_cache *cache, uint64_t at,
                        const struct dovecot_cache_fields_header *h, struct mailindex_sink *sink)
{
    const uint8_t *b = window_at(&cache->window, at, h->size);
    uint64_t names_at = FIELDS_HEADER + (uint64_t)h->count * FIELD_BYTES;

    if (!b)
        return false;
    free(cache->names);
    free(cache->fields);
    cache->field_count = 0;
    cache->names = malloc(h->size - names_at + 1);
    cache->fields = calloc((size_t)h->count + 1, sizeof *cache->fields);
    if (!cache->names || !cache->fields)
        return false;
    memcpy(cache->names, b + names_at, h->size - names_at);
    for (uint32_t i = 0; i < h->count; i++) {
        const uint8_t *types = b + FIELDS_HEADER + 8 * (uint64_t)h->count;
        cache->fields[i].size = le32(b + FIELDS_HEADER + 4 * ((uint64_t)h->count + i));
        cache->fields[i].type = types[i];
        cache->fields[i].decision = types[h->count + i];
    }
    if (!take_names(cache, at, h, sink))
        return false;
    for (uint32_t i = 0; i < h->count; i++)
        if (!check_field(cache, at, h, i, sink))
            return false;
    cache->field_count = h->count;
    cache->last_fields_at = at;
    return check_unique(cache, at, sink);
}

bool dovecot_cache_fields_read(struct dovecot_cache *cache, struct mailindex_sink *sink)
{
    uint64_t at = cache->header.fields_at;

    for (int hops = 0; at; hops++) {
        struct dovecot_cache_fields_header header = {0};
        if (hops == CHAIN_MAX)
            return bad(cache, at, FIELDS_HEADER, "a chain of fewer field headers than", CHAIN_MAX,
                       sink);
        if (!dovecot_cache_fields_header(cache, at, &header, sink))
            return false;
        if (header.next == 0 && !take_fields(cache, at, &header, sink))
            return false;
        at = header.next;
    }
    return true;
}
