/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/dovecot_backward_facts.h"

void dovecot_backward_say(struct dovecot_backward *b, struct mailindex_sink *sink, const char *rule,
                          uint64_t offset, uint64_t length, uint32_t source, const char *format,
                          ...)
{
    const struct dovecot_source *s = &b->sources[source];
    char text[400];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    mailindex_report(sink, rule, (struct mailindex_place){b->file->name, offset, length},
                     "%s (record at %llu of %s; either can be the wrong one)", text,
                     (unsigned long long)s->offset, s->file);
    mailindex_report(sink, rule, (struct mailindex_place){s->file, s->offset, s->length},
                     "%s (index: byte %llu; either can be the wrong one)", text,
                     (unsigned long long)offset);
}

static int compare_passings(const void *left, const void *right)
{
    const struct dovecot_passing *x = left, *y = right;
    return x->first < y->first ? -1 : x->first > y->first;
}

/* Mails that went are not there. */
static void compare_expunged(struct dovecot_backward *b, struct mailindex_sink *sink)
{
    for (size_t i = 0; i < b->expunged.count; i++) {
        const struct dovecot_passing *p = &b->expunged.at[i];
        uint32_t at, end;
        dovecot_backward_range(b, p->first, p->last, &at, &end);
        for (; at < end; at++)
            dovecot_backward_say(b, sink, "X09", dovecot_backward_record_at(b, at), 5, p->source,
                                 "uid %u is in the index, but the log expunged it",
                                 dovecot_index_uid(b->index, at));
    }
}

static bool is_expunged(const struct dovecot_backward *b, size_t *next, uint32_t *reach,
                        uint32_t uid)
{
    for (; *next < b->expunged.count && b->expunged.at[*next].first <= uid; (*next)++)
        if (b->expunged.at[*next].last > *reach)
            *reach = b->expunged.at[*next].last;
    return uid <= *reach;
}

/* Mails that came and did not go are there, and from the first of them on no others are. */
static void compare_appended(struct dovecot_backward *b, struct mailindex_sink *sink)
{
    size_t expunge = 0, i = 0;
    uint32_t reach = 0, position = 0;

    if (b->appended.count)
        dovecot_index_find(b->index, b->appended.at[0].first, &position);
    for (; i < b->appended.count; i++) {
        uint32_t uid = b->appended.at[i].first;
        for (; position < b->index->count && dovecot_index_uid(b->index, position) < uid;
             position++)
            dovecot_backward_say(b, sink, "X09", dovecot_backward_record_at(b, position), 5,
                                 b->appended.at[i].source,
                                 "uid %u is in the index, but the log has no append of it",
                                 dovecot_index_uid(b->index, position));
        bool there = position < b->index->count && dovecot_index_uid(b->index, position) == uid;
        if (!is_expunged(b, &expunge, &reach, uid) && !there)
            dovecot_backward_say(b, sink, "X09", dovecot_backward_record_at(b, position), 5,
                                 b->appended.at[i].source,
                                 "uid %u is not in the index, but the log appended it and never "
                                 "expunged it",
                                 uid);
        position += there;
    }
    for (; b->appended.count && position < b->index->count; position++)
        dovecot_backward_say(b, sink, "X09", dovecot_backward_record_at(b, position), 5,
                             b->appended.at[i - 1].source,
                             "uid %u is in the index, but the log has no append of it",
                             dovecot_index_uid(b->index, position));
}

static void compare_mail(struct dovecot_backward *b, uint32_t i, struct mailindex_sink *sink)
{
    const struct dovecot_fact *fact = &b->facts[i];
    uint8_t flags = dovecot_index_flags(b->index, i);
    uint32_t uid = dovecot_index_uid(b->index, i);

    if ((flags ^ fact->flags) & fact->flags_known)
        dovecot_backward_say(b, sink, "X08", dovecot_backward_record_at(b, i), 5, fact->source,
                             "uid %u: expected flags 0x%02x, as the log says, found 0x%02x", uid,
                             fact->flags & fact->flags_known, flags & fact->flags_known);
    if (!fact->modseq)
        return;
    const struct dovecot_extension *e = &b->index->extensions[b->modseq];
    uint64_t found = le64(dovecot_index_data(b->index, e, i));
    if (found != fact->modseq)
        dovecot_backward_say(b, sink, "X12", dovecot_backward_record_at(b, i) + e->record_offset, 8,
                             fact->source,
                             "uid %u: expected modseq %llu, as the log says, found %llu", uid,
                             (unsigned long long)fact->modseq, (unsigned long long)found);
}

static void compare_keywords(struct dovecot_backward *b, struct mailindex_sink *sink)
{
    const struct dovecot_extension *e = dovecot_index_extension(b->index, "keywords", 1);
    uint32_t count = dovecot_index_keyword_count(b->index);

    if (b->lost_keyword)
        dovecot_backward_say(b, sink, "X18", e ? e->data_at : 4, e ? e->hdr_size : 4,
                             b->lost_keyword - 1,
                             "the log adds a keyword that the index does not have");
    if (!e)
        return;
    for (uint32_t i = 0; i < b->index->count; i++) {
        const struct dovecot_fact *fact = &b->facts[i];
        uint64_t found = 0;
        if (!fact->keywords_known)
            continue;
        for (uint32_t byte = 0; byte < e->record_size && byte < 8; byte++)
            found |= (uint64_t)dovecot_index_data(b->index, e, i)[byte] << byte * 8;
        uint64_t differ = (found ^ fact->keywords) & fact->keywords_known;
        if (count < 64)
            differ &= ((uint64_t)1 << count) - 1;
        if (differ)
            dovecot_backward_say(b, sink, "X18",
                                 dovecot_backward_record_at(b, i) + e->record_offset,
                                 e->record_size, fact->keyword_source,
                                 "uid %u: expected keywords 0x%llx, as the log says, found 0x%llx",
                                 dovecot_index_uid(b->index, i),
                                 (unsigned long long)(fact->keywords & fact->keywords_known),
                                 (unsigned long long)(found & fact->keywords_known));
    }
}

/* Fields of the base header that only change by the log. */
static void compare_header(struct dovecot_backward *b, const uint8_t *now,
                           struct mailindex_sink *sink)
{
    static const uint8_t logged[] = {24, 84, 88, 92, 96, 100, 104, 108, 112, 116};

    for (size_t i = 0; i < sizeof logged; i++) {
        uint8_t at = logged[i];
        if (memchr(b->header_known + at, 0, 4) || memcmp(b->header + at, now + at, 4) == 0)
            continue;
        dovecot_backward_say(b, sink, "X10", at, 4, b->header_source,
                             "header: expected %u, as the log says, found %u", le32(b->header + at),
                             le32(now + at));
    }
    if (b->next_uid && b->next_uid != b->index->header.next_uid &&
        (b->appended.count || b->next_uid > b->index->header.next_uid))
        dovecot_backward_say(b, sink, "X10", 28, 4, b->next_uid_source,
                             "expected next_uid %u, as the log says, found %u", b->next_uid,
                             b->index->header.next_uid);
    if (b->highest_known) {
        const struct dovecot_extension *e = &b->index->extensions[b->modseq];
        if (le64(e->data) != b->highest_then)
            mailindex_report(sink, "X12", (struct mailindex_place){b->file->name, e->data_at, 16},
                             "expected highest modseq %llu, as the log comes to, found %llu",
                             (unsigned long long)b->highest_then,
                             (unsigned long long)le64(e->data));
    }
}

void dovecot_backward_compare(struct dovecot_backward *b, struct mailindex_sink *sink)
{
    if (b->overflow)
        return;
    if (b->expunged.count)
        qsort(b->expunged.at, b->expunged.count, sizeof *b->expunged.at, compare_passings);
    if (b->appended.count)
        qsort(b->appended.at, b->appended.count, sizeof *b->appended.at, compare_passings);
    compare_expunged(b, sink);
    compare_appended(b, sink);
    for (uint32_t i = 0; i < b->index->count; i++)
        compare_mail(b, i, sink);
    compare_keywords(b, sink);
    compare_header(b, b->index->records - b->index->records_at, sink);
    if (b->unknown_source)
        dovecot_backward_say(b, sink, "X11", 120, b->index->header.header_size - 120,
                             b->unknown_source - 1,
                             "the log introduces an extension that the index does not have");
    dovecot_backward_compare_extensions(b, sink);
}
