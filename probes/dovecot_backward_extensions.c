/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "probes/dovecot_backward_facts.h"

enum { EVENTS_MAX = 1024 * 1024 }; /* as their numbers have 20 bits in a key */

/* Up to 8 bytes as they are, else their hash; 0 for zeros, which is what nothing has set. */
static uint64_t digest(const uint8_t *at, uint32_t size)
{
    uint64_t value = 0;

    if (size > 8)
        return at[0] == 0 && memcmp(at, at + 1, size - 1) == 0 ? 0 : XXH64(at, size, 0);
    for (uint32_t i = 0; i < size; i++)
        value |= (uint64_t)at[i] << i * 8;
    return value;
}

/* Extensions that Dovecot changes by itself, without a record in the log. */
static bool implicit(const struct dovecot_extension *e)
{
    return strcmp(e->name, "modseq") == 0 || strcmp(e->name, "keywords") == 0;
}

static int find(const struct dovecot_backward *b, const char *name)
{
    for (size_t i = 0; i < b->index->extension_count; i++)
        if (strcmp(b->index->extensions[i].name, name) == 0)
            return (int)i;
    return -1;
}

/* From here on all earlier touches of the modseq extension do not count. */
static void modseq_begins(struct dovecot_backward *b)
{
    if (!dovecot_backward_work(b, b->index->count))
        return;
    for (uint32_t i = 0; i < b->index->count; i++)
        b->facts[i].modseq = 0;
}

static void note_intro(struct dovecot_backward *b, const uint8_t *e, uint16_t name_size)
{
    char name[DOVECOT_EXTENSION_NAME_MAX + 1] = "";

    b->current = -1;
    if (name_size && name_size < sizeof name) {
        memcpy(name, e + 20, name_size);
        b->current = find(b, name);
    } else if (le32(e) < b->index->extension_count) {
        b->current = (int)le32(e);
    }
    b->current_reset = le32(e + 4);
    b->current_header = le32(e + 8);
    b->current_size = le16(e + 12);
    if (b->current < 0) {
        b->unknown_source = dovecot_backward_source(b) + 1;
        return;
    }
    struct dovecot_ext_fact *fact = &b->ext[b->current];
    const struct dovecot_extension *ext = &b->index->extensions[b->current];
    if (ext->record_size != b->current_size)
        fact->resized = true;
    if (name_size && b->current == b->modseq && !fact->introduced)
        modseq_begins(b);
    fact->introduced = fact->introduced || name_size;
}

static void note_intros(struct dovecot_backward *b, struct mailindex_window *window, uint64_t at,
                        uint64_t end)
{
    while (at < end && end - at >= 20) {
        const uint8_t *e = window_at(window, at, 20);
        uint16_t name_size = e ? le16(e + 18) : 0;
        e = window_at(window, at, 20 + (size_t)name_size);
        if (!e)
            return;
        note_intro(b, e, name_size);
        at = (at + 20 + name_size + 3) & ~(uint64_t)3;
    }
}

static void note_reset(struct dovecot_backward *b, const uint8_t *e, uint32_t size)
{
    struct dovecot_ext_fact *fact = &b->ext[b->current];
    const struct dovecot_extension *ext = &b->index->extensions[b->current];

    fact->reset_known = true;
    fact->reset_id = le32(e);
    if (size >= 8 && e[4])
        return;
    fact->cleared = true;
    fact->cleared_at = b->order;
    if (fact->header && dovecot_backward_work(b, ext->hdr_size)) {
        memset(fact->header, 0, ext->hdr_size);
        memset(fact->header_known, 1, ext->hdr_size);
    }
}

static bool header_room(struct dovecot_backward *b, struct dovecot_ext_fact *fact, uint32_t size)
{
    if (fact->header)
        return true;
    fact->header = calloc(1, (size_t)size + 1);
    fact->header_known = calloc(1, (size_t)size + 1);
    if (!fact->header || !fact->header_known)
        b->overflow = true;
    return !b->overflow;
}

static void note_ext_header(struct dovecot_backward *b, struct mailindex_window *window,
                            uint64_t at, uint64_t end, uint64_t head)
{
    struct dovecot_ext_fact *fact = &b->ext[b->current];
    const struct dovecot_extension *ext = &b->index->extensions[b->current];

    if (fact->reset_known ? fact->reset_id != b->current_reset : ext->reset_id != b->current_reset)
        return;
    if (!header_room(b, fact, ext->hdr_size))
        return;
    while (at < end) {
        const uint8_t *e = window_at(window, at, (size_t)head);
        if (!e)
            return;
        uint64_t offset = head == 4 ? le16(e) : le32(e),
                 size = head == 4 ? le16(e + 2) : le32(e + 4);
        uint64_t used = offset >= ext->hdr_size         ? 0
                        : size > ext->hdr_size - offset ? ext->hdr_size - offset
                                                        : size;
        e = used <= 65536 ? window_at(window, at + head, (size_t)used) : NULL;
        if (e) {
            memcpy(fact->header + offset, e, (size_t)used);
            memset(fact->header_known + offset, 1, (size_t)used);
        } else {
            memset(fact->header_known, 0, ext->hdr_size);
        }
        fact->header_source = dovecot_backward_source(b);
        if (!dovecot_backward_work(b, used))
            return;
        at = (at + head + size + 3) & ~(uint64_t)3;
    }
}

static void add_event(struct dovecot_backward *b, const struct dovecot_event *event)
{
    if (b->event_count == b->event_room) {
        size_t room = b->event_room ? 2 * b->event_room : 1024;
        struct dovecot_event *grown =
            room > EVENTS_MAX ? NULL : realloc(b->events, room * sizeof *grown);
        if (!grown) {
            b->overflow = true;
            return;
        }
        b->events = grown;
        b->event_room = room;
    }
    b->events[b->event_count++] = *event;
}

static void note_elements(struct dovecot_backward *b, struct mailindex_window *window, uint64_t at,
                          uint64_t end, bool change)
{
    const struct dovecot_ext_fact *fact = &b->ext[b->current];
    uint64_t element = change ? 8 : ((uint64_t)4 + b->current_size + 3) & ~(uint64_t)3;
    struct dovecot_event event = {
        .order = b->order,
        .source = dovecot_backward_source(b),
        .ext = (uint16_t)b->current,
        .change = change,
        .unsure = !fact->reset_known,
        .size = b->current_size,
        .reset_id = b->current_reset,
    };
    if (fact->reset_known && fact->reset_id != b->current_reset)
        return; /* Dovecot ignored it */
    for (; at < end && !b->overflow; at += element) {
        const uint8_t *e = window_at(window, at, (size_t)element);
        if (!e)
            return;
        if (!dovecot_index_find(b->index, le32(e), &event.position))
            continue;
        event.value =
            change ? (uint64_t)(int64_t)(int32_t)le32(e + 4) : digest(e + 4, b->current_size);
        add_event(b, &event);
    }
}

void dovecot_backward_extension(struct dovecot_backward *b, struct mailindex_window *window,
                                const struct dovecot_log_record *record)
{
    uint64_t at = record->offset + 8, end = at + record->size;

    if (record->type == DOVECOT_LOG_EXT_INTRO) {
        note_intros(b, window, at, end);
        return;
    }
    if (b->current < 0)
        return;
    if (record->type == DOVECOT_LOG_EXT_RESET) {
        const uint8_t *e = window_at(window, at, record->size < 8 ? 4 : 8);
        if (e)
            note_reset(b, e, record->size);
    } else if (record->type == DOVECOT_LOG_EXT_HEADER) {
        note_ext_header(b, window, at, end, 4);
    } else if (record->type == DOVECOT_LOG_EXT_HEADER_LONG) {
        note_ext_header(b, window, at, end, 8);
    } else if (record->type == DOVECOT_LOG_EXT_RECORD || record->type == DOVECOT_LOG_INCREMENT) {
        note_elements(b, window, at, end, record->type == DOVECOT_LOG_INCREMENT);
    }
}

/* An event by extension, mail and order, which is that of the array: small, as there are many. */
static uint64_t key_of(const struct dovecot_event *event, size_t number)
{
    return (uint64_t)event->ext << 52 | (uint64_t)event->position << 20 | number;
}

static int compare_keys(const void *left, const void *right)
{
    uint64_t x = *(const uint64_t *)left, y = *(const uint64_t *)right;
    return x < y ? -1 : x > y;
}

static uint64_t *sorted_keys(const struct dovecot_backward *b)
{
    uint64_t *keys = malloc((b->event_count + 1) * sizeof *keys);

    for (size_t i = 0; keys && i < b->event_count; i++)
        keys[i] = key_of(&b->events[i], i);
    if (keys && b->event_count)
        qsort(keys, b->event_count, sizeof *keys, compare_keys);
    return keys;
}

/* What the log makes of one mail's field. */
struct outcome {
    bool known;
    uint64_t value;
    uint32_t source;
};

static void follow(struct dovecot_backward *b, const struct dovecot_event *event,
                   struct outcome *outcome)
{
    const struct dovecot_ext_fact *fact = &b->ext[event->ext];
    const struct dovecot_extension *ext = &b->index->extensions[event->ext];

    if (fact->cleared && event->order <= fact->cleared_at)
        return;
    if (event->unsure && fact->reset_known) { /* it was reset later: unknown what held then */
        outcome->known = false;
        return;
    }
    if (event->unsure && event->reset_id != ext->reset_id)
        return; /* ignored */
    outcome->source = event->source;
    if (event->size != ext->record_size) {
        outcome->known = false;
    } else if (!event->change) {
        outcome->known = true;
        outcome->value = event->value;
    } else if (outcome->known) {
        outcome->value += event->value;
        if (event->size < 8)
            outcome->value &= ((uint64_t)1 << event->size * 8) - 1;
    }
}

static void compare_field(struct dovecot_backward *b, const struct dovecot_extension *ext,
                          uint32_t position, const struct outcome *outcome,
                          struct mailindex_sink *sink)
{
    const uint8_t *field = dovecot_index_data(b->index, ext, position);
    uint64_t found = digest(field, ext->record_size);

    if (!outcome->known || found == outcome->value)
        return;
    if (ext->record_size <= 8)
        dovecot_backward_say(b, sink, "X11",
                             dovecot_backward_record_at(b, position) + ext->record_offset,
                             ext->record_size, outcome->source,
                             "uid %u, extension \"%s\": expected %llu, as the log says, found %llu",
                             dovecot_index_uid(b->index, position), ext->name,
                             (unsigned long long)outcome->value, (unsigned long long)found);
    else
        dovecot_backward_say(
            b, sink, "X11", dovecot_backward_record_at(b, position) + ext->record_offset,
            ext->record_size, outcome->source,
            "uid %u, extension \"%s\": the index and the log have different values",
            dovecot_index_uid(b->index, position), ext->name);
}

/* One extension: all mails of the index, beside its events, which are sorted by position. */
static size_t compare_extension(struct dovecot_backward *b, size_t number, const uint64_t *keys,
                                size_t next, struct mailindex_sink *sink)
{
    const struct dovecot_extension *ext = &b->index->extensions[number];
    const struct dovecot_ext_fact *fact = &b->ext[number];
    bool usable = ext->record_size && !implicit(ext) && !fact->resized;

    for (uint32_t i = 0; i < b->index->count; i++) {
        struct outcome outcome = {.known = b->facts[i].appended || fact->cleared,
                                  .source = b->facts[i].source};
        uint64_t mail = ((uint64_t)number << 32 | i) << 20;
        for (; next < b->event_count && keys[next] >> 20 << 20 == mail; next++)
            follow(b, &b->events[keys[next] & 0xfffff], &outcome);
        if (usable)
            compare_field(b, ext, i, &outcome, sink);
    }
    return next;
}

static void compare_header(struct dovecot_backward *b, size_t number, struct mailindex_sink *sink)
{
    const struct dovecot_extension *ext = &b->index->extensions[number];
    const struct dovecot_ext_fact *fact = &b->ext[number];

    if (!fact->header || implicit(ext))
        return;
    for (uint32_t i = 0; i < ext->hdr_size; i++)
        if (fact->header_known[i] && fact->header[i] != ext->data[i]) {
            dovecot_backward_say(b, sink, "X11", ext->data_at + i, 1, fact->header_source,
                                 "header of extension \"%s\", byte %u: expected 0x%02x, as the log "
                                 "says, found 0x%02x",
                                 ext->name, i, fact->header[i], ext->data[i]);
            return;
        }
}

void dovecot_backward_compare_extensions(struct dovecot_backward *b, struct mailindex_sink *sink)
{
    uint64_t *keys = sorted_keys(b);
    size_t next = 0;

    if (!keys)
        return;
    for (size_t i = 0; i < b->index->extension_count; i++) {
        next = compare_extension(b, i, keys, next, sink);
        compare_header(b, i, sink);
        const struct dovecot_ext_fact *fact = &b->ext[i];
        if (fact->reset_known && fact->reset_id != b->index->extensions[i].reset_id)
            mailindex_report(
                sink, "X11",
                (struct mailindex_place){b->file->name, b->index->extensions[i].at + 4, 4},
                "extension \"%s\": expected reset_id %u, as the log says, found %u",
                b->index->extensions[i].name, fact->reset_id, b->index->extensions[i].reset_id);
    }
    free(keys);
}
