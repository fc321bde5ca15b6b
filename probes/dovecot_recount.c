/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "probes/dovecot_index.h"

/* What can be counted again from the records of an index. */

struct recount {
    const struct mailindex_file *file;
    const struct dovecot_index *index;
    enum dovecot_index_kind kind;
    struct mailindex_sink *sink;
    struct {
        uint32_t from, to;
    } gaps[DOVECOT_EXTENSIONS_MAX + 1]; /* bytes of a record that no field has */
    size_t gap_count;
    uint32_t seen, deleted;
    const struct dovecot_extension *modseq, *keywords;
    uint64_t highest_modseq;
    uint32_t keyword_count;
};

static struct mailindex_place of_record(const struct recount *r, uint32_t position, uint64_t offset,
                                        uint64_t length)
{
    return (struct mailindex_place){
        r->file->name,
        r->index->records_at + (uint64_t)position * r->index->header.record_size + offset, length};
}

static struct mailindex_place of_header(const struct recount *r, uint64_t offset, uint64_t length)
{
    return (struct mailindex_place){r->file->name, offset, length};
}

static void find_gaps(struct recount *r)
{
    uint32_t at = 5, size = r->index->header.record_size;

    while (at < size) {
        uint32_t next = size;
        bool covered = false;
        for (size_t i = 0; i < r->index->extension_count; i++) {
            const struct dovecot_extension *e = &r->index->extensions[i];
            uint32_t end = (uint32_t)e->record_offset + e->record_size;
            if (!e->record_size || end <= at)
                continue;
            if (e->record_offset <= at) {
                at = end;
                covered = true;
            } else if (e->record_offset < next) {
                next = e->record_offset;
            }
        }
        if (covered)
            continue;
        if (r->gap_count == sizeof r->gaps / sizeof r->gaps[0])
            return;
        r->gaps[r->gap_count].from = at;
        r->gaps[r->gap_count++].to = next;
        at = next;
    }
}

static void check_gaps(const struct recount *r, const uint8_t *record, uint32_t position)
{
    for (size_t i = 0; i < r->gap_count; i++)
        for (uint32_t at = r->gaps[i].from; at < r->gaps[i].to; at++)
            if (record[at]) {
                mailindex_report(r->sink, "I16", of_record(r, position, at, 1),
                                 "uid %u: expected zero in an unused byte of the record, found "
                                 "0x%02x",
                                 le32(record), record[at]);
                return;
            }
}

static void check_order(const struct recount *r, uint32_t position, uint32_t uid, uint32_t before)
{
    if (uid <= before)
        mailindex_report(r->sink, "I08", of_record(r, position, 0, 4),
                         "expected a uid above %u, that of the record before, found %u", before,
                         uid);
    else if (uid >= r->index->header.next_uid)
        mailindex_report(r->sink, "I08", of_record(r, position, 0, 4),
                         "expected uids below next_uid %u, found %u", r->index->header.next_uid,
                         uid);
}

static void check_flags(struct recount *r, const uint8_t *record, uint32_t position)
{
    const struct dovecot_index_header *h = &r->index->header;
    uint32_t uid = le32(record);
    uint8_t flags = record[4];

    r->seen += (flags & DOVECOT_SEEN) != 0;
    r->deleted += (flags & DOVECOT_DELETED) != 0;
    if (flags & 0x20)
        mailindex_report(r->sink, "I15", of_record(r, position, 4, 1),
                         "uid %u: flag 0x20 does not exist, found flags 0x%02x", uid, flags);
    if (!(flags & DOVECOT_SEEN) && uid < h->first_unseen_uid_lowwater)
        mailindex_report(r->sink, "I10", of_record(r, position, 0, 5),
                         "uid %u is unseen, but the header says that none below %u is", uid,
                         h->first_unseen_uid_lowwater);
    if (flags & DOVECOT_DELETED && uid < h->first_deleted_uid_lowwater)
        mailindex_report(r->sink, "I10", of_record(r, position, 0, 5),
                         "uid %u is deleted, but the header says that none below %u is", uid,
                         h->first_deleted_uid_lowwater);
}

static void check_fields(const struct recount *r, const uint8_t *record, uint32_t position)
{
    if (r->modseq) {
        uint64_t modseq = le64(record + r->modseq->record_offset);
        if (modseq > r->highest_modseq)
            mailindex_report(r->sink, "I20", of_record(r, position, r->modseq->record_offset, 8),
                             "uid %u: expected a modseq up to the header's %llu, found %llu",
                             le32(record), (unsigned long long)r->highest_modseq,
                             (unsigned long long)modseq);
    }
    if (!r->keywords)
        return;
    const uint8_t *bits = record + r->keywords->record_offset;
    for (uint32_t byte = r->keyword_count / 8; byte < r->keywords->record_size; byte++) {
        uint8_t used =
            byte == r->keyword_count / 8 ? (uint8_t)((1 << r->keyword_count % 8) - 1) : 0;
        if (bits[byte] & ~used) {
            mailindex_report(r->sink, "I17",
                             of_record(r, position, r->keywords->record_offset + byte, 1),
                             "uid %u has a keyword beyond the %u that there are", le32(record),
                             r->keyword_count);
            return;
        }
    }
}

static void check_counts(const struct recount *r)
{
    const struct dovecot_index_header *h = &r->index->header;

    if (r->index->count != h->messages_count)
        return; /* cut off: that has been said */
    if (r->seen != h->seen_count)
        mailindex_report(r->sink, "I09", of_header(r, 40, 4),
                         "expected the header to count %u seen mails, as the records do, found %u",
                         r->seen, h->seen_count);
    if (r->deleted != h->deleted_count)
        mailindex_report(r->sink, "I09", of_header(r, 44, 4),
                         "expected the header to count %u deleted mails, as the records do, found "
                         "%u",
                         r->deleted, h->deleted_count);
}

/* Names follow each other, each once, each ended; what is behind them is zero. */
static void check_keyword_names(const struct recount *r)
{
    const struct dovecot_extension *e = r->keywords;
    uint32_t count = e->hdr_size >= 4 ? le32(e->data) : 0;
    uint64_t at = 4 + 8 * (uint64_t)count, expected = 0, names = at;

    if (e->hdr_size < 4 || at > e->hdr_size) {
        mailindex_report(r->sink, "I17", of_header(r, e->data_at, 4),
                         "the header of keywords has no room for the %u that it counts", count);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint64_t entry = 4 + 8 * (uint64_t)i;
        const uint8_t *nul = at < e->hdr_size ? memchr(e->data + at, 0, e->hdr_size - at) : NULL;
        if (le32(e->data + entry) || le32(e->data + entry + 4) != expected) {
            mailindex_report(r->sink, "I17", of_header(r, e->data_at + entry, 8),
                             "expected the name of keyword %u at %llu, found %u", i,
                             (unsigned long long)expected, le32(e->data + entry + 4));
            return;
        }
        if (!nul || nul == e->data + at) {
            mailindex_report(r->sink, "I17", of_header(r, e->data_at + at, 1), "keyword %u has %s",
                             i, nul ? "no name" : "a name without an end");
            return;
        }
        at = (uint64_t)(nul - e->data) + 1;
        expected = at - names;
    }
    for (; at < e->hdr_size; at++)
        if (e->data[at]) {
            mailindex_report(r->sink, "I17", of_header(r, e->data_at + at, 1),
                             "expected zeros after the names of keywords");
            return;
        }
}

static void find_fields(struct recount *r)
{
    r->modseq = dovecot_index_extension(r->index, "modseq", 8);
    if (r->modseq && r->modseq->hdr_size >= 8)
        r->highest_modseq = le64(r->modseq->data);
    if (r->highest_modseq == 0) /* not tracked yet */
        r->modseq = NULL;
    r->keywords = dovecot_index_extension(r->index, "keywords", 0);
    if (!r->keywords)
        return;
    check_keyword_names(r);
    r->keyword_count = dovecot_index_keyword_count(r->index);
}

/* The header's sum of virtual sizes, where it is of all mails up to a uid and their sizes are
 * known. */
static void check_vsize(const struct recount *r)
{
    const struct dovecot_extension *header = dovecot_index_extension(r->index, "hdr-vsize", 0);
    const struct dovecot_extension *vsize = dovecot_index_extension(r->index, "vsize", 4);
    uint64_t sum = 0;
    uint32_t count = 0;

    if (!header || header->hdr_size < 16)
        return;
    uint32_t highest = le32(header->data + 8), messages = le32(header->data + 12);
    if (highest >= r->index->header.next_uid && highest) {
        mailindex_report(r->sink, "I18", of_header(r, header->data_at + 8, 4),
                         "hdr-vsize: expected a uid below next_uid %u, found %u",
                         r->index->header.next_uid, highest);
        return;
    }
    bool known = vsize != NULL;
    for (uint32_t i = 0; i < r->index->count && dovecot_index_uid(r->index, i) <= highest; i++) {
        uint32_t size = vsize ? le32(dovecot_index_data(r->index, vsize, i)) : 0;
        known = known && size;
        sum += size ? size - 1 : 0;
        count++;
    }
    if (known && count == messages && sum != le64(header->data))
        mailindex_report(r->sink, "I18", of_header(r, header->data_at, 8),
                         "hdr-vsize: expected %llu, the sum of its %u mails, found %llu",
                         (unsigned long long)sum, count, (unsigned long long)le64(header->data));
}

void dovecot_index_recount(const struct mailindex_file *file, const struct dovecot_index *index,
                           enum dovecot_index_kind kind, struct mailindex_sink *sink)
{
    struct recount r = {.file = file, .index = index, .kind = kind, .sink = sink};
    uint32_t before = 0, size = index->header.record_size;

    find_gaps(&r);
    find_fields(&r);
    for (uint32_t i = 0; i < index->count; i++) {
        const uint8_t *record = index->records + (size_t)i * size;
        check_order(&r, i, le32(record), before);
        if (kind != DOVECOT_LIST) /* whose flags are others */
            check_flags(&r, record, i);
        check_gaps(&r, record, i);
        check_fields(&r, record, i);
        before = le32(record);
    }
    if (kind != DOVECOT_LIST)
        check_counts(&r);
    if (kind == DOVECOT_MAILBOX)
        check_vsize(&r);
}
