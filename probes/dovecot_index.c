/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_index.h"

#include <string.h>

#include "probes/dovecot_extensions.h"

static struct mailindex_place place(const struct mailindex_file *file, uint64_t offset,
                                    uint64_t length)
{
    return (struct mailindex_place){file->name, offset, length};
}

static void take_header(struct dovecot_index_header *header, const uint8_t *b)
{
    *header = (struct dovecot_index_header){
        .major = b[0],
        .minor = b[1],
        .base_header_size = le16(b + 2),
        .header_size = le32(b + 4),
        .record_size = le32(b + 8),
        .indexid = le32(b + 16),
        .flags = le32(b + 20),
        .uid_validity = le32(b + 24),
        .next_uid = le32(b + 28),
        .messages_count = le32(b + 32),
        .seen_count = le32(b + 40),
        .deleted_count = le32(b + 44),
        .first_recent_uid = le32(b + 48),
        .first_unseen_uid_lowwater = le32(b + 52),
        .first_deleted_uid_lowwater = le32(b + 56),
        .log_file_seq = le32(b + 60),
        .log_file_tail_offset = le32(b + 64),
        .log_file_head_offset = le32(b + 68),
        .log2_rotate_time = le32(b + 76),
        .day_stamp = le32(b + 84),
    };
    for (size_t i = 0; i < 8; i++)
        header->day_first_uid[i] = le32(b + 88 + 4 * i);
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i])
            return false;
    return true;
}

/* Version and byte order; false where the rest would be misread. */
static bool check_version(const struct mailindex_file *file, const uint8_t *b,
                          struct mailindex_sink *sink)
{
    uint16_t base = le16(b + 2), swapped = (uint16_t)(b[2] << 8 | b[3]);

    if (b[0] != 7) {
        bool zero = all_zero(b, DOVECOT_INDEX_HEADER);
        mailindex_report(sink, "I02", place(file, 0, zero ? DOVECOT_INDEX_HEADER : 1),
                         "expected major version 7, found %u%s", b[0],
                         zero ? ": its header is all zeros" : "");
        return false;
    }
    if (!(b[12] & 1) && swapped >= DOVECOT_INDEX_HEADER && swapped < 1024 && base > 1024) {
        mailindex_report(sink, "I00", place(file, 12, 1),
                         "is of a big-endian machine: it is not verified");
        return false;
    }
    if (b[12] != 1)
        mailindex_report(sink, "I05", place(file, 12, 1),
                         "expected compat_flags 0x01 (little endian), found 0x%02x", b[12]);
    if (b[1] == 4 || b[1] == 5)
        mailindex_report(sink, "I00", place(file, 1, 1),
                         "is of version 7.%u, newer than those known here (7.0 to 7.3)", b[1]);
    else if (b[1] > 5)
        mailindex_report(sink, "I03", place(file, 1, 1), "expected minor version 3, found %u",
                         b[1]);
    if (base < DOVECOT_INDEX_HEADER || (base != DOVECOT_INDEX_HEADER && b[1] <= 3)) {
        mailindex_report(sink, "I04", place(file, 2, 2), "expected base_header_size %d, found %u",
                         DOVECOT_INDEX_HEADER, base);
        return false;
    }
    return true;
}

/* Whether records of that size, as far as a look at both ends tells, have ascending uids. */
static bool plausible(const uint8_t *records, uint64_t bytes, uint32_t record_size, uint32_t next)
{
    uint64_t count = record_size ? bytes / record_size : 0, step = count > 64 ? count / 64 : 1;
    uint32_t before = 0;

    for (uint64_t i = 0; i < count; i += step) {
        uint32_t uid = le32(records + i * record_size);
        if (uid <= before || uid >= next)
            return false;
        before = uid;
    }
    return count > 0;
}

/* The file is not as long as its header says: says which of the two seems to be wrong. */
static void check_size(const struct mailindex_file *file, const uint8_t *b, size_t size,
                       struct dovecot_index *index, struct mailindex_sink *sink)
{
    struct dovecot_index_header *h = &index->header;
    uint64_t bytes = size - h->header_size, count = h->messages_count;

    index->count = (uint32_t)(bytes / h->record_size > count ? count : bytes / h->record_size);
    if (bytes == count * h->record_size)
        return;
    const uint8_t *records = b + h->header_size;
    uint64_t real = count ? bytes / count : 0;
    struct mailindex_place at = place(file, size, 0);
    const char *why = "the file seems to be cut off";

    if (plausible(records, bytes, h->record_size, h->next_uid)) {
        if (bytes > count * h->record_size) {
            at = place(file, 32, 4);
            why = "the count seems to be wrong";
        }
    } else if (count && bytes % count == 0 && real >= 8 && real < 32768 &&
               plausible(records, bytes, (uint32_t)real, h->next_uid)) {
        at = place(file, 8, 4);
        why = "the record size seems to be wrong";
        h->record_size = (uint32_t)real;
        index->count = (uint32_t)count;
    } else {
        at = place(file, 4, 32);
        why = "the sizes in the header seem to be wrong";
    }
    mailindex_report(sink, "I06", at,
                     "expected %llu bytes (header %u, %llu records of %u), found %zu: %s",
                     (unsigned long long)(h->header_size + count * le32(b + 8)), h->header_size,
                     (unsigned long long)count, le32(b + 8), size, why);
}

static bool check_sizes(const struct mailindex_file *file, size_t size,
                        const struct dovecot_index_header *h, struct mailindex_sink *sink)
{
    if (h->header_size < h->base_header_size || h->header_size > size || h->header_size % 8) {
        mailindex_report(sink, "I04", place(file, 4, 4),
                         "expected a header_size of %u to %zu, a multiple of 8, found %u",
                         h->base_header_size, size, h->header_size);
        return false;
    }
    if (h->record_size < 8 || h->record_size > 65536 || h->record_size % 4) {
        mailindex_report(sink, "I04", place(file, 8, 4),
                         "expected a record_size of 8 to 65536, a multiple of 4, found %u",
                         h->record_size);
        return false;
    }
    return true;
}

/* A field of the base header that cannot be what it is. */
static void bad(const struct mailindex_file *file, uint64_t offset, const char *expected,
                uint32_t found, struct mailindex_sink *sink)
{
    mailindex_report(sink, "I07", place(file, offset, 4), "expected %s, found %u", expected, found);
}

static void check_values(const struct mailindex_file *file, const uint8_t *b,
                         const struct dovecot_index_header *h, struct mailindex_sink *sink)
{
    if (h->indexid == 0)
        bad(file, 16, "an indexid", h->indexid, sink);
    if (h->flags & ~(uint32_t)(2 | DOVECOT_INDEX_FSCKD))
        bad(file, 20, "no header flags but HAVE_DIRTY (2) and FSCKD (4)", h->flags, sink);
    if (h->uid_validity == 0 && h->next_uid != 1)
        bad(file, 24, "a uid_validity, as there are mails", h->uid_validity, sink);
    if (h->next_uid == 0)
        bad(file, 28, "a next_uid", h->next_uid, sink);
    if (h->seen_count > h->messages_count)
        bad(file, 40, "no more seen mails than mails", h->seen_count, sink);
    if (h->deleted_count > h->messages_count)
        bad(file, 44, "no more deleted mails than mails", h->deleted_count, sink);
    if (h->first_recent_uid > h->next_uid)
        bad(file, 48, "first_recent_uid up to next_uid", h->first_recent_uid, sink);
    if (h->first_unseen_uid_lowwater > h->next_uid)
        bad(file, 52, "first_unseen_uid_lowwater up to next_uid", h->first_unseen_uid_lowwater,
            sink);
    if (h->first_deleted_uid_lowwater > h->next_uid)
        bad(file, 56, "first_deleted_uid_lowwater up to next_uid", h->first_deleted_uid_lowwater,
            sink);
    for (size_t i = 0; i < 8; i++)
        if (h->day_first_uid[i] > h->next_uid ||
            (i && h->day_first_uid[i] > h->day_first_uid[i - 1]))
            bad(file, 88 + 4 * i, "day_first_uid up to next_uid and not ascending",
                h->day_first_uid[i], sink);
    if (h->day_stamp % 900)
        bad(file, 84, "a day_stamp that is midnight somewhere", h->day_stamp, sink);
    static const struct {
        uint8_t at, length;
    } reserved[] = {{13, 3}, {36, 4}, {72, 4}};
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (!all_zero(b + reserved[i].at, reserved[i].length))
            mailindex_report(sink, "I14", place(file, reserved[i].at, reserved[i].length),
                             "expected zeros in an unused part of the header");
}

/* Where the index is in its log. */
static void check_log_place(const struct mailindex_file *file, const struct dovecot_index_header *h,
                            struct mailindex_sink *sink)
{
    uint32_t head = h->log_file_head_offset, tail = h->log_file_tail_offset;

    if (h->log_file_seq == 0 && (head || tail))
        bad(file, 60, "a log_file_seq", h->log_file_seq, sink);
    if (h->log_file_seq && (head % 4 || head < 24))
        bad(file, 68, "a log_file_head_offset that is a multiple of 4 after the log's header", head,
            sink);
    if (tail != head)
        bad(file, 64, "a log_file_tail_offset equal to the head, as all is done when it is written",
            tail, sink);
}

bool dovecot_index_parse(const struct mailindex_file *file, const uint8_t *bytes, size_t size,
                         struct dovecot_index *index, struct mailindex_sink *sink)
{
    *index = (struct dovecot_index){0};
    if (size < DOVECOT_INDEX_HEADER) {
        mailindex_report(sink, "I01", place(file, 0, size), "expected at least %d bytes, found %zu",
                         DOVECOT_INDEX_HEADER, size);
        return false;
    }
    if (!check_version(file, bytes, sink))
        return false;
    take_header(&index->header, bytes);
    if (!check_sizes(file, size, &index->header, sink))
        return false;
    check_size(file, bytes, size, index, sink);
    check_values(file, bytes, &index->header, sink);
    check_log_place(file, &index->header, sink);
    index->records = bytes + index->header.header_size;
    index->records_at = index->header.header_size;
    dovecot_extensions_parse(file, bytes, index, sink);
    return true;
}
