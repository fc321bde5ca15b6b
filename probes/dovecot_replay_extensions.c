/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "probes/dovecot_replay_state.h"

/* mail-index-sync-ext.c */

enum { HEADERS_MAX = 64 * 1024 * 1024, RECORD_MAX = 65536 };

/* Makes all records that much longer, at their end. */
static bool widen(struct dovecot_state *s, uint32_t bytes)
{
    uint32_t old = s->index.header.record_size, size = old + bytes;

    if (size > RECORD_MAX || (uint64_t)s->room * size > (uint64_t)1024 * 1024 * 1024 ||
        !dovecot_state_work(s, s->index.count))
        return false;
    uint8_t *records = malloc((size_t)s->room * size);
    if (!records)
        return false;
    for (uint32_t i = 0; i < s->index.count; i++) {
        memcpy(records + (size_t)i * size, s->records + (size_t)i * old, old);
        memset(records + (size_t)i * size + old, 0, bytes);
    }
    free(s->records);
    s->index.records = s->records = records;
    s->index.header.record_size = size;
    return true;
}

static bool resize_header(struct dovecot_state *s, int ext, uint32_t hdr_size)
{
    struct dovecot_extension *e = &s->index.extensions[ext];
    uint64_t all = hdr_size;

    for (size_t i = 0; i < s->index.extension_count; i++)
        all += s->index.extensions[i].hdr_size;
    if (all > HEADERS_MAX || !dovecot_state_work(s, hdr_size / 64))
        return false;
    uint8_t *data = realloc(s->ext_data[ext], (size_t)hdr_size + 1);
    if (!data)
        return false;
    if (hdr_size > e->hdr_size)
        memset(data + e->hdr_size, 0, hdr_size - e->hdr_size);
    e->data = s->ext_data[ext] = data;
    e->hdr_size = hdr_size;
    return true;
}

/* A field that grows moves to the end of the records: where it is does not matter here. */
static bool resize_field(struct dovecot_state *s, int ext, uint32_t record_size)
{
    struct dovecot_extension *e = &s->index.extensions[ext];
    uint32_t from = e->record_offset, had = e->record_size, to = s->index.header.record_size;

    if (record_size <= had) {
        e->record_size = (uint16_t)record_size;
        return true;
    }
    if (!widen(s, (record_size + 3) & ~(uint32_t)3))
        return false;
    for (uint32_t i = 0; i < s->index.count; i++) {
        uint8_t *record = s->records + (size_t)i * s->index.header.record_size;
        memcpy(record + to, record + from, had);
    }
    e->record_offset = (uint16_t)to;
    e->record_size = (uint16_t)record_size;
    return true;
}

bool dovecot_state_resize(struct dovecot_state *state, int ext, uint32_t hdr_size,
                          uint32_t record_size)
{
    const struct dovecot_extension *e = &state->index.extensions[ext];

    return (hdr_size == e->hdr_size || resize_header(state, ext, hdr_size)) &&
           (record_size == e->record_size || resize_field(state, ext, record_size));
}

int dovecot_state_add_extension(struct dovecot_state *state, const char *name, size_t length)
{
    size_t ext = state->index.extension_count;

    if (ext == DOVECOT_EXTENSIONS_MAX || length > DOVECOT_EXTENSION_NAME_MAX)
        return DOVECOT_EXTENSION_NONE;
    state->ext_data[ext] = calloc(1, 1);
    if (!state->ext_data[ext])
        return DOVECOT_EXTENSION_NONE;
    struct dovecot_extension *e = &state->index.extensions[ext];
    *e = (struct dovecot_extension){.data = state->ext_data[ext], .record_align = 1};
    memcpy(e->name, name, length);
    state->index.extension_count++;
    return (int)ext;
}

static bool apply_intro(struct dovecot_apply *a, const uint8_t *b, uint16_t name_size)
{
    struct dovecot_state *s = a->state;
    uint32_t id = le32(b), reset_id = le32(b + 4), hdr_size = le32(b + 8);
    uint16_t rec_size = le16(b + 12);
    bool no_shrink = le16(b + 16) & 1;
    char name[DOVECOT_EXTENSION_NAME_MAX + 1] = "";

    if (name_size) {
        memcpy(name, b + 20, name_size < sizeof name ? name_size : sizeof name - 1);
        for (id = 0; id < s->index.extension_count; id++)
            if (strcmp(s->index.extensions[id].name, name) == 0)
                break;
    } else if (id >= s->index.extension_count) {
        return dovecot_apply_fail(a, "the id of an extension that there is", id);
    }
    s->rec_size = rec_size;
    s->ext = (int)id;
    s->ignored = false;
    if (id == s->index.extension_count) {
        s->ext = dovecot_state_add_extension(s, name, strlen(name));
        if (s->ext == DOVECOT_EXTENSION_NONE)
            return dovecot_apply_fail(a, "no more extensions than", DOVECOT_EXTENSIONS_MAX);
        s->index.extensions[s->ext].reset_id = reset_id;
        return dovecot_state_resize(s, s->ext, hdr_size, rec_size);
    }
    const struct dovecot_extension *e = &s->index.extensions[id];
    s->ignored = e->reset_id != reset_id;
    if (s->ignored)
        return true;
    if (no_shrink && hdr_size < e->hdr_size)
        hdr_size = e->hdr_size;
    return dovecot_state_resize(s, s->ext, hdr_size,
                                no_shrink && rec_size < e->record_size ? e->record_size : rec_size);
}

static bool apply_intros(struct dovecot_apply *a)
{
    while (a->end - a->at >= 20) {
        const uint8_t *b = window_at(a->window, a->at, 20);
        uint16_t name_size = b ? le16(b + 18) : 0;
        b = window_at(a->window, a->at, 20 + (size_t)name_size);
        if (!b || !apply_intro(a, b, name_size))
            return false;
        a->at = (a->at + 20 + name_size + 3) & ~(uint64_t)3;
        if (a->at > a->end)
            break;
    }
    return true;
}

static bool apply_reset(struct dovecot_apply *a)
{
    struct dovecot_state *s = a->state;
    struct dovecot_extension *e = &s->index.extensions[s->ext];
    const uint8_t *b = window_at(a->window, a->at, a->record->size >= 8 ? 8 : 4);

    if (!b || !dovecot_state_work(s, s->index.count))
        return false;
    e->reset_id = le32(b);
    if (a->record->size >= 8 && b[4])
        return true; /* what it has stays */
    memset(s->ext_data[s->ext], 0, e->hdr_size);
    for (uint32_t i = 0; i < s->index.count; i++)
        memset(dovecot_state_field(s, e, i), 0, e->record_size);
    return true;
}

static bool apply_ext_header(struct dovecot_apply *a, uint64_t head)
{
    struct dovecot_state *s = a->state;
    const struct dovecot_extension *e = &s->index.extensions[s->ext];

    while (a->at < a->end) {
        const uint8_t *b = window_at(a->window, a->at, (size_t)head);
        if (!b)
            return false;
        uint32_t offset = head == 4 ? le16(b) : le32(b),
                 size = head == 4 ? le16(b + 2) : le32(b + 4);
        if (offset > e->hdr_size || size > e->hdr_size - offset)
            return dovecot_apply_fail(a, "a change within the extension's header; its end",
                                      (uint64_t)offset + size);
        for (uint32_t done = 0; done < size;) {
            uint32_t part = size - done > WINDOW_LENGTH_MAX ? WINDOW_LENGTH_MAX : size - done;
            b = window_at(a->window, a->at + head + done, part);
            if (!b)
                return false;
            memcpy(s->ext_data[s->ext] + offset + done, b, part);
            done += part;
        }
        a->at = (a->at + head + size + 3) & ~(uint64_t)3;
    }
    return true;
}

static void note_cache(struct dovecot_apply *a, uint32_t position)
{
    a->state->notes[position].cache_at = (uint32_t)a->record->offset;
    a->state->notes[position].cache_file = a->window->file->name;
}

static bool apply_records(struct dovecot_apply *a)
{
    struct dovecot_state *s = a->state;
    const struct dovecot_extension *e = &s->index.extensions[s->ext];
    uint32_t used = s->rec_size < e->record_size ? s->rec_size : e->record_size;
    uint64_t element = ((uint64_t)4 + s->rec_size + 3) & ~(uint64_t)3;
    bool cache = strcmp(e->name, "cache") == 0;

    for (; a->at < a->end; a->at += element) {
        const uint8_t *b = window_at(a->window, a->at, (size_t)element);
        uint32_t position;
        if (!b || !dovecot_state_work(s, 1))
            return false;
        if (le32(b) >= s->index.header.next_uid)
            return dovecot_apply_fail(a, "a mail below next_uid; uid", le32(b));
        if (!dovecot_index_find(&s->index, le32(b), &position))
            continue;
        uint8_t *field = dovecot_state_field(s, e, position);
        memcpy(field, b + 4, used);
        memset(field + used, 0, e->record_size - used);
        if (cache)
            note_cache(a, position);
    }
    return true;
}

static bool apply_increments(struct dovecot_apply *a)
{
    struct dovecot_state *s = a->state;
    const struct dovecot_extension *e = &s->index.extensions[s->ext];
    uint32_t size = s->rec_size;

    if ((size != 1 && size != 2 && size != 4 && size != 8) || size > e->record_size)
        return dovecot_apply_fail(a, "a number of 1, 2, 4 or 8 bytes", size);
    for (; a->at < a->end; a->at += 8) {
        const uint8_t *b = window_at(a->window, a->at, 8);
        uint32_t position;
        if (!b || !dovecot_state_work(s, 1))
            return false;
        if (le32(b) >= s->index.header.next_uid)
            return dovecot_apply_fail(a, "a mail below next_uid; uid", le32(b));
        if (!dovecot_index_find(&s->index, le32(b), &position))
            continue;
        uint8_t *field = dovecot_state_field(s, e, position);
        uint64_t value = 0, limit = size == 8 ? UINT64_MAX : ((uint64_t)1 << size * 8) - 1;
        int64_t change = (int32_t)le32(b + 4);
        for (uint32_t i = 0; i < size; i++)
            value |= (uint64_t)field[i] << i * 8;
        if (change < 0 ? value < (uint64_t)-change : value > limit - (uint64_t)change)
            return dovecot_apply_fail(a, "a number that stays within its bounds; uid", le32(b));
        value += (uint64_t)change;
        for (uint32_t i = 0; i < size; i++)
            field[i] = (uint8_t)(value >> i * 8);
    }
    return true;
}

bool dovecot_apply_extension(struct dovecot_apply *a)
{
    struct dovecot_state *s = a->state;

    if (a->record->type == DOVECOT_LOG_EXT_INTRO)
        return apply_intros(a);
    if (s->ext == DOVECOT_EXTENSION_NONE)
        return dovecot_apply_fail(a, "an extension's introduction before; records", 0);
    if (a->record->type == DOVECOT_LOG_EXT_RESET)
        return apply_reset(a);
    if (s->ignored)
        return true;
    switch (a->record->type) {
    case DOVECOT_LOG_EXT_HEADER:
        return apply_ext_header(a, 4);
    case DOVECOT_LOG_EXT_HEADER_LONG:
        return apply_ext_header(a, 8);
    case DOVECOT_LOG_EXT_RECORD:
        return apply_records(a);
    default:
        return apply_increments(a);
    }
}
