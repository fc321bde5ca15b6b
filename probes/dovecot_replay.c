/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_replay.h"

#include <stdlib.h>
#include <string.h>

#include "probes/dovecot_replay_state.h"

enum { MAILS_MAX = 16 * 1024 * 1024 };
#define WORK_MAX ((uint64_t)256 * 1024 * 1024)

const struct dovecot_index *dovecot_state_index(const struct dovecot_state *state)
{
    return &state->index;
}

unsigned dovecot_state_pending(const struct dovecot_state *state, uint32_t position)
{
    return state->notes[position].pending;
}

bool dovecot_state_complete(const struct dovecot_state *state)
{
    return state->complete;
}

bool dovecot_state_cache_place(const struct dovecot_state *state, uint32_t position,
                               struct mailindex_place *place)
{
    const struct dovecot_note *note = &state->notes[position];

    if (note->cache_at)
        *place = (struct mailindex_place){note->cache_file, note->cache_at, 8};
    return note->cache_at != 0;
}

void dovecot_state_free(struct dovecot_state **state)
{
    if (!*state)
        return;
    for (size_t i = 0; i < DOVECOT_EXTENSIONS_MAX; i++)
        free((*state)->ext_data[i]);
    free((*state)->records);
    free((*state)->notes);
    free(*state);
    *state = NULL;
}

static bool reserve(struct dovecot_state *state, uint32_t mails)
{
    if (mails <= state->room)
        return true;
    uint32_t room = state->room < 64 ? 64 : state->room + state->room / 2;
    if (room < mails)
        room = mails;
    uint32_t size = state->index.header.record_size;
    if (room > MAILS_MAX || (uint64_t)room * size > (uint64_t)1024 * 1024 * 1024)
        return false;
    uint8_t *records = realloc(state->records, (size_t)room * size);
    if (records)
        state->index.records = state->records = records;
    struct dovecot_note *notes = records ? realloc(state->notes, room * sizeof *notes) : NULL;
    if (!notes)
        return false;
    memset(notes + state->room, 0, (room - state->room) * sizeof *notes);
    state->notes = notes;
    state->room = room;
    return true;
}

static bool copy_extensions(struct dovecot_state *state)
{
    for (size_t i = 0; i < state->index.extension_count; i++) {
        struct dovecot_extension *e = &state->index.extensions[i];
        state->ext_data[i] = malloc((size_t)e->hdr_size + 1);
        if (!state->ext_data[i])
            return false;
        memcpy(state->ext_data[i], e->data, e->hdr_size);
        e->data = state->ext_data[i];
    }
    return true;
}

struct dovecot_state *dovecot_state_new(const struct dovecot_index *index)
{
    struct dovecot_state *state = calloc(1, sizeof *state);

    if (!state)
        return NULL;
    state->complete = true;
    state->ext = DOVECOT_EXTENSION_NONE;
    if (index)
        state->index = *index;
    else
        state->index.header.record_size = 8;
    if (!index)
        state->index.header.next_uid = 1;
    const uint8_t *records = state->index.records;
    uint32_t count = state->index.count;
    if (!reserve(state, count ? count : 1) || !copy_extensions(state)) {
        dovecot_state_free(&state);
        return NULL;
    }
    if (count)
        memcpy(state->records, records, (size_t)count * state->index.header.record_size);
    return state;
}

bool dovecot_state_work(struct dovecot_state *state, uint64_t mails)
{
    state->work += mails + 1;
    return state->work <= WORK_MAX;
}

void dovecot_state_range(const struct dovecot_state *state, uint32_t first, uint32_t last,
                         uint32_t *at, uint32_t *end)
{
    dovecot_index_find(&state->index, first, at);
    *end = state->index.count;
    if (last < UINT32_MAX)
        dovecot_index_find(&state->index, last + 1, end);
    if (*end < *at) /* uids that are not in order */
        *end = *at;
}

bool dovecot_apply_fail(const struct dovecot_apply *a, const char *what, uint64_t found)
{
    mailindex_report(a->sink, "L10",
                     (struct mailindex_place){a->window->file->name, a->record->offset,
                                              (uint64_t)a->record->size + 8},
                     "after the index and the log before it: expected %s, found %llu", what,
                     (unsigned long long)found);
    return false;
}

static bool apply_append(struct dovecot_apply *a)
{
    struct dovecot_state *s = a->state;
    uint32_t size = s->index.header.record_size;

    for (; a->at < a->end; a->at += 8) {
        const uint8_t *b = window_at(a->window, a->at, 8);
        if (!b || !dovecot_state_work(s, 1))
            return false;
        uint32_t uid = le32(b);
        if (uid < s->index.header.next_uid)
            return dovecot_apply_fail(a, "a new mail's uid from next_uid on", uid);
        if (!reserve(s, s->index.count + 1))
            return false;
        uint8_t *record = s->records + (size_t)s->index.count * size;
        memset(record, 0, size);
        memcpy(record, b, 5);
        s->notes[s->index.count] = (struct dovecot_note){0};
        s->index.count++;
        s->index.header.next_uid = uid == UINT32_MAX ? uid : uid + 1;
    }
    return true;
}

static bool apply_expunge(struct dovecot_apply *a, uint64_t element)
{
    struct dovecot_state *s = a->state;

    for (; a->at < a->end; a->at += element) {
        const uint8_t *b = window_at(a->window, a->at, (size_t)element);
        uint32_t at, end;
        if (!b)
            return false;
        dovecot_state_range(s, le32(b), element == 8 ? le32(b + 4) : le32(b), &at, &end);
        if (!dovecot_state_work(s, end - at))
            return false;
        for (; at < end; at++) {
            s->notes[at].expunged = s->notes[at].expunged || a->record->external;
            if (!a->record->external)
                s->notes[at].pending |= DOVECOT_PENDING_EXPUNGE;
        }
    }
    return true;
}

static bool apply_flags(struct dovecot_apply *a)
{
    struct dovecot_state *s = a->state;

    for (; a->at < a->end; a->at += 12) {
        const uint8_t *b = window_at(a->window, a->at, 12);
        uint32_t at, end;
        if (!b)
            return false;
        uint8_t add = b[8], keep = (uint8_t)~b[9];
        if (le32(b + 4) >= s->index.header.next_uid)
            return dovecot_apply_fail(a, "flags of mails below next_uid; uid", le32(b + 4));
        dovecot_state_range(s, le32(b), le32(b + 4), &at, &end);
        if (!dovecot_state_work(s, end - at))
            return false;
        for (; at < end; at++) {
            uint8_t *flags = s->records + (size_t)at * s->index.header.record_size + 4;
            *flags = (uint8_t)((*flags & keep) | add);
            if (!a->record->external)
                s->notes[at].pending |= DOVECOT_PENDING_FLAGS;
        }
    }
    return true;
}

/* Of what is needed later: uid_validity and next_uid, which never shrinks. */
static bool apply_header(struct dovecot_apply *a)
{
    struct dovecot_index_header *h = &a->state->index.header;

    while (a->at < a->end) {
        const uint8_t *b = window_at(a->window, a->at, 4);
        uint32_t offset = b ? le16(b) : 0, size = b ? le16(b + 2) : 0;
        b = window_at(a->window, a->at, 4 + (size_t)size);
        if (!b)
            return false;
        if (offset <= 24 && offset + size >= 28)
            h->uid_validity = le32(b + 4 + 24 - offset);
        if (offset <= 28 && offset + size >= 32 && le32(b + 4 + 28 - offset) > h->next_uid)
            h->next_uid = le32(b + 4 + 28 - offset);
        a->at = (a->at + 4 + size + 3) & ~(uint64_t)3;
    }
    return true;
}

static bool apply(struct dovecot_apply *a)
{
    switch (a->record->type) {
    case DOVECOT_LOG_APPEND:
        return apply_append(a);
    case DOVECOT_LOG_EXPUNGE:
        return apply_expunge(a, 8);
    case DOVECOT_LOG_EXPUNGE_GUID:
        return apply_expunge(a, 20);
    case DOVECOT_LOG_FLAGS:
        return apply_flags(a);
    case DOVECOT_LOG_HEADER_UPDATE:
        return apply_header(a);
    case DOVECOT_LOG_KEYWORDS:
        return dovecot_apply_keywords(a);
    case DOVECOT_LOG_KEYWORDS_RESET:
        return dovecot_apply_keywords_reset(a);
    case DOVECOT_LOG_EXT_INTRO:
    case DOVECOT_LOG_EXT_RESET:
    case DOVECOT_LOG_EXT_HEADER:
    case DOVECOT_LOG_EXT_HEADER_LONG:
    case DOVECOT_LOG_EXT_RECORD:
    case DOVECOT_LOG_INCREMENT:
        return dovecot_apply_extension(a);
    default:
        return true;
    }
}

bool dovecot_state_apply(struct dovecot_state *state, struct mailindex_window *window,
                         const struct dovecot_log_record *record, struct mailindex_sink *sink)
{
    struct dovecot_apply a = {
        state, window, record, sink, record->offset + 8, record->offset + 8 + record->size};

    if (!state->complete)
        return false;
    state->complete = apply(&a);
    return state->complete;
}

void dovecot_state_note_pending(struct dovecot_state *state, struct mailindex_window *window,
                                const struct dovecot_log_record *record)
{
    uint64_t at = record->offset + 8, end = at + record->size, element = 8;
    unsigned what = DOVECOT_PENDING_FLAGS;

    if (record->external)
        return;
    if (record->type == DOVECOT_LOG_EXPUNGE || record->type == DOVECOT_LOG_EXPUNGE_GUID)
        what = DOVECOT_PENDING_EXPUNGE;
    else if (record->type != DOVECOT_LOG_FLAGS && record->type != DOVECOT_LOG_KEYWORDS &&
             record->type != DOVECOT_LOG_KEYWORDS_RESET)
        return;
    if (record->type == DOVECOT_LOG_FLAGS)
        element = 12;
    if (record->type == DOVECOT_LOG_EXPUNGE_GUID)
        element = 20;
    if (record->type == DOVECOT_LOG_KEYWORDS) {
        const uint8_t *b = window_at(window, at, 4);
        at = b ? (at + 4 + le16(b + 2) + 3) & ~(uint64_t)3 : end;
    }
    for (; at < end; at += element) {
        const uint8_t *b = window_at(window, at, 8);
        uint32_t from, to;
        if (!b)
            return;
        dovecot_state_range(state, le32(b), element == 20 ? le32(b) : le32(b + 4), &from, &to);
        if (!dovecot_state_work(state, to - from))
            return;
        for (; from < to; from++)
            state->notes[from].pending |= (uint8_t)what;
    }
}

/* Drops the mails that are expunged and counts again. */
void dovecot_state_finish(struct dovecot_state *state, bool complete)
{
    uint32_t size = state->index.header.record_size, to = 0;

    for (uint32_t i = 0; i < state->index.count; i++) {
        if (state->notes[i].expunged)
            continue;
        if (to != i) {
            memcpy(state->records + (size_t)to * size, state->records + (size_t)i * size, size);
            state->notes[to] = state->notes[i];
        }
        to++;
    }
    state->index.count = state->index.header.messages_count = to;
    state->complete = state->complete && complete;
}
