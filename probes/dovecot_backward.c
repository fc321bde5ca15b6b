/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_backward.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "probes/dovecot_backward_facts.h"

enum { SOURCES_MAX = 4 * 1024 * 1024, PASSINGS_MAX = 4 * 1024 * 1024 };
#define WORK_MAX ((uint64_t)64 * 1024 * 1024)

struct dovecot_backward *dovecot_backward_new(const struct mailindex_file *file,
                                              const struct dovecot_index *index)
{
    struct dovecot_backward *b = calloc(1, sizeof *b);

    if (!b)
        return NULL;
    b->file = file;
    b->index = index;
    b->current = b->modseq = -1;
    b->facts = calloc((size_t)index->count + 1, sizeof *b->facts);
    if (!b->facts)
        dovecot_backward_free(&b);
    for (size_t i = 0; b && i < index->extension_count; i++)
        if (strcmp(index->extensions[i].name, "modseq") == 0 &&
            index->extensions[i].record_size == 8 && index->extensions[i].hdr_size == 16)
            b->modseq = (int)i;
    return b;
}

void dovecot_backward_free(struct dovecot_backward **backward)
{
    struct dovecot_backward *b = *backward;

    if (!b)
        return;
    for (size_t i = 0; i < DOVECOT_EXTENSIONS_MAX; i++) {
        free(b->ext[i].header);
        free(b->ext[i].header_known);
    }
    free(b->facts);
    free(b->appended.at);
    free(b->expunged.at);
    free(b->events);
    free(b->sources);
    free(b);
    *backward = NULL;
}

bool dovecot_backward_work(struct dovecot_backward *b, uint64_t mails)
{
    b->work += mails + 1;
    if (b->work > WORK_MAX)
        b->overflow = true;
    return !b->overflow;
}

void dovecot_backward_range(struct dovecot_backward *b, uint32_t first, uint32_t last, uint32_t *at,
                            uint32_t *end)
{
    dovecot_index_find(b->index, first, at);
    *end = b->index->count;
    if (last < UINT32_MAX)
        dovecot_index_find(b->index, last + 1, end);
    if (*end < *at || !dovecot_backward_work(b, *end - *at))
        *end = *at;
}

static void add_source(struct dovecot_backward *b, const char *file,
                       const struct dovecot_log_record *record)
{
    if (b->source_count == b->source_room) {
        size_t room = b->source_room ? 2 * b->source_room : 256;
        struct dovecot_source *grown =
            room > SOURCES_MAX ? NULL : realloc(b->sources, room * sizeof *grown);
        if (!grown) {
            b->overflow = true;
            return;
        }
        b->sources = grown;
        b->source_room = room;
    }
    b->sources[b->source_count++] = (struct dovecot_source){file, record->offset, record->size + 8};
}

static void add_passing(struct dovecot_backward *b, struct dovecot_passings *p, uint32_t first,
                        uint32_t last)
{
    if (p->count == p->room) {
        size_t room = p->room ? 2 * p->room : 256;
        struct dovecot_passing *grown =
            room > PASSINGS_MAX ? NULL : realloc(p->at, room * sizeof *grown);
        if (!grown) {
            b->overflow = true;
            return;
        }
        p->at = grown;
        p->room = room;
    }
    p->at[p->count++] = (struct dovecot_passing){first, last, dovecot_backward_source(b)};
}

static void touch(struct dovecot_backward *b, struct dovecot_fact *fact, uint64_t modseq)
{
    if (b->modseq >= 0 && modseq > fact->modseq)
        fact->modseq = modseq;
}

static void next_uid(struct dovecot_backward *b, uint32_t uid)
{
    if (uid < b->next_uid)
        return;
    b->next_uid = uid;
    b->next_uid_source = dovecot_backward_source(b);
}

static void note_append(struct dovecot_backward *b, const uint8_t *element, uint64_t modseq)
{
    uint32_t uid = le32(element), position;

    add_passing(b, &b->appended, uid, uid);
    next_uid(b, uid == UINT32_MAX ? uid : uid + 1);
    if (!dovecot_index_find(b->index, uid, &position))
        return;
    struct dovecot_fact *fact = &b->facts[position];
    *fact = (struct dovecot_fact){
        .flags = element[4],
        .flags_known = 0xff,
        .appended = true,
        .source = dovecot_backward_source(b),
        .keyword_source = dovecot_backward_source(b),
        .keywords_known = UINT64_MAX,
    };
    touch(b, fact, modseq);
}

static void note_flags(struct dovecot_backward *b, const uint8_t *element, uint64_t modseq)
{
    uint8_t add = element[8], remove = element[9];
    bool visible = (add | remove) & DOVECOT_FLAGS_VISIBLE || element[10];
    uint32_t at, end;

    dovecot_backward_range(b, le32(element), le32(element + 4), &at, &end);
    for (; at < end; at++) {
        struct dovecot_fact *fact = &b->facts[at];
        fact->flags = (uint8_t)((fact->flags & ~remove) | add);
        fact->flags_known |= add | remove;
        fact->source = dovecot_backward_source(b);
        if (visible)
            touch(b, fact, modseq);
    }
}

static void note_modseq(struct dovecot_backward *b, const uint8_t *element)
{
    uint32_t position;

    if (le32(element) && dovecot_index_find(b->index, le32(element), &position))
        touch(b, &b->facts[position], le32(element + 4) | (uint64_t)le32(element + 8) << 32);
}

static void note_header(struct dovecot_backward *b, struct mailindex_window *window, uint64_t at,
                        uint64_t end)
{
    while (at < end) {
        const uint8_t *e = window_at(window, at, 4);
        uint32_t offset = e ? le16(e) : 0, size = e ? le16(e + 2) : 0;
        e = window_at(window, at, 4 + (size_t)size);
        if (!e || offset + size > DOVECOT_INDEX_HEADER)
            return;
        memcpy(b->header + offset, e + 4, size);
        memset(b->header_known + offset, 1, size);
        b->header_source = dovecot_backward_source(b);
        if (offset <= 28 && offset + size >= 32)
            next_uid(b, le32(b->header + 28));
        at = (at + 4 + size + 3) & ~(uint64_t)3;
    }
}

/* The keyword's number in the index; UINT32_MAX: it has none of that name. */
static uint32_t find_keyword(struct dovecot_backward *b, const uint8_t *name, uint32_t length)
{
    uint32_t count = dovecot_index_keyword_count(b->index);

    if (!dovecot_backward_work(b, count))
        return 64;
    for (uint32_t i = 0; i < count; i++) {
        const char *known = dovecot_index_keyword_name(b->index, i);
        if (strlen(known) == length && strncasecmp(known, (const char *)name, length) == 0)
            return i;
    }
    return UINT32_MAX;
}

static void note_keywords(struct dovecot_backward *b, struct mailindex_window *window, uint64_t at,
                          uint64_t end, uint64_t modseq)
{
    const uint8_t *e = window_at(window, at, 4);
    uint32_t length = e ? le16(e + 2) : 0;

    e = window_at(window, at, 4 + (size_t)length);
    if (!e)
        return;
    uint32_t keyword = find_keyword(b, e + 4, length);
    bool add = e[0] == 0;
    if (keyword == UINT32_MAX && add)
        b->lost_keyword = dovecot_backward_source(b) + 1;
    uint64_t bit = keyword < 64 ? (uint64_t)1 << keyword : 0;
    for (at = (at + 4 + length + 3) & ~(uint64_t)3; at < end; at += 8) {
        uint32_t from, to;
        e = window_at(window, at, 8);
        if (!e)
            return;
        dovecot_backward_range(b, le32(e), le32(e + 4), &from, &to);
        for (; from < to; from++) {
            struct dovecot_fact *fact = &b->facts[from];
            fact->keywords = add ? fact->keywords | bit : fact->keywords & ~bit;
            fact->keywords_known |= bit;
            fact->keyword_source = dovecot_backward_source(b);
            touch(b, fact, modseq);
        }
    }
}

static void note_keywords_reset(struct dovecot_backward *b, const uint8_t *e, uint64_t modseq)
{
    uint32_t at, end;

    dovecot_backward_range(b, le32(e), le32(e + 4), &at, &end);
    for (; at < end; at++) {
        b->facts[at].keywords = 0;
        b->facts[at].keywords_known = UINT64_MAX;
        b->facts[at].keyword_source = dovecot_backward_source(b);
        touch(b, &b->facts[at], modseq);
    }
}

/* Records of elements of one size; 0: others. */
static uint64_t element_size(uint32_t type)
{
    switch (type) {
    case DOVECOT_LOG_APPEND:
    case DOVECOT_LOG_EXPUNGE:
    case DOVECOT_LOG_KEYWORDS_RESET:
        return 8;
    case DOVECOT_LOG_FLAGS:
    case DOVECOT_LOG_MODSEQ:
        return 12;
    case DOVECOT_LOG_EXPUNGE_GUID:
        return 20;
    default:
        return 0;
    }
}

static void note_element(struct dovecot_backward *b, const struct dovecot_log_record *record,
                         const uint8_t *e)
{
    if (record->type == DOVECOT_LOG_APPEND)
        note_append(b, e, record->modseq);
    else if (record->type == DOVECOT_LOG_FLAGS)
        note_flags(b, e, record->modseq);
    else if (record->type == DOVECOT_LOG_MODSEQ)
        note_modseq(b, e);
    else if (record->type == DOVECOT_LOG_KEYWORDS_RESET)
        note_keywords_reset(b, e, record->modseq);
    else if (record->external)
        add_passing(b, &b->expunged, le32(e),
                    record->type == DOVECOT_LOG_EXPUNGE ? le32(e + 4) : le32(e));
}

/* The index says up to which place it tracked modseqs, and which was the highest then. */
static void note_highest(struct dovecot_backward *b, uint32_t file_seq, uint64_t offset)
{
    const uint8_t *data = b->modseq < 0 ? NULL : b->index->extensions[b->modseq].data;

    if (data && le32(data + 8) == file_seq && le32(data + 12) == offset) {
        b->highest_then = b->modseq_now;
        b->highest_known = true;
    }
}

void dovecot_backward_place(struct dovecot_backward *b, uint32_t file_seq, uint64_t offset,
                            uint64_t modseq)
{
    b->modseq_now = modseq;
    note_highest(b, file_seq, offset);
}

void dovecot_backward_note(struct dovecot_backward *b, struct mailindex_window *window,
                           const struct dovecot_log_record *record)
{
    uint64_t at = record->offset + 8, end = at + record->size, element = element_size(record->type);

    if (b->overflow)
        return;
    b->order++;
    add_source(b, window->file->name, record);
    if (b->overflow)
        return;
    if (element) {
        for (; at < end && !b->overflow; at += element) {
            const uint8_t *e = window_at(window, at, (size_t)element);
            if (!e)
                return;
            note_element(b, record, e);
        }
        return;
    }
    if (record->type == DOVECOT_LOG_HEADER_UPDATE)
        note_header(b, window, at, end);
    else if (record->type == DOVECOT_LOG_KEYWORDS)
        note_keywords(b, window, at, end, record->modseq);
    else
        dovecot_backward_extension(b, window, record);
}
