/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DOVECOT_INDEX_H
#define PROBES_DOVECOT_INDEX_H

#include "probes/mailindex.h"

/*
 * dovecot.index, and dovecot.map.index and dovecot.list.index, which are the same container:
 * a base header, extensions with a header each, and a record a mail that extensions have fields in.
 * Source: lib-index/mail-index.h, mail-index-map-hdr.c, mail-index-map-read.c of Dovecot 2.3.19 and
 * 2.4.4; versions 7.0 to 7.3.
 */

enum {
    DOVECOT_INDEX_HEADER = 120, /* the least size of the base header */
    DOVECOT_EXTENSIONS_MAX = 64,
    DOVECOT_EXTENSION_NAME_MAX = 64,
};

enum dovecot_mail_flags {
    DOVECOT_ANSWERED = 0x01,
    DOVECOT_FLAGGED = 0x02,
    DOVECOT_DELETED = 0x04,
    DOVECOT_SEEN = 0x08,
    DOVECOT_DRAFT = 0x10,
    DOVECOT_FLAGS_VISIBLE = 0x1f,
    DOVECOT_BACKEND = 0x40,
    DOVECOT_DIRTY = 0x80, /* the flags of the mail in the store are older */
};

struct dovecot_index_header {
    uint8_t major, minor;
    uint32_t base_header_size, header_size, record_size;
    uint32_t indexid, flags, uid_validity, next_uid;
    uint32_t messages_count, seen_count, deleted_count;
    uint32_t first_recent_uid, first_unseen_uid_lowwater, first_deleted_uid_lowwater;
    uint32_t log_file_seq, log_file_tail_offset, log_file_head_offset;
    uint32_t log2_rotate_time, day_stamp, day_first_uid[8];
};

enum { DOVECOT_INDEX_FSCKD = 0x04 }; /* of flags: was repaired */

struct dovecot_extension {
    char name[DOVECOT_EXTENSION_NAME_MAX + 1];
    uint32_t hdr_size, reset_id;
    uint16_t record_offset, record_size, record_align; /* in each record; size 0: only a header */
    uint64_t at;                                       /* of its header in the file */
    uint64_t data_at;
    const uint8_t *data; /* hdr_size bytes */
};

/* What was parsed; points into the bytes that it was parsed from, and is valid as they are. */
struct dovecot_index {
    struct dovecot_index_header header;
    struct dovecot_extension extensions[DOVECOT_EXTENSIONS_MAX]; /* place: the log's ext_id */
    size_t extension_count;
    const uint8_t *records; /* header.record_size each */
    uint32_t count; /* that are there: of a file that was cut off fewer than its header says */
    uint64_t records_at;
};

/* Which of the three it is: they have different extensions. */
enum dovecot_index_kind { DOVECOT_MAILBOX, DOVECOT_MAP, DOVECOT_LIST };

/*
 * Takes the file apart and reports what is wrong with its structure. False where it cannot be used
 * at all; true also where it is damaged but its records can be walked.
 */
bool dovecot_index_parse(const struct mailindex_file *file, const uint8_t *bytes, size_t size,
                         struct dovecot_index *index, struct mailindex_sink *sink);

/* What can be counted again: flags, lowwater marks, order of uids, padding, extensions' facts. */
void dovecot_index_recount(const struct mailindex_file *file, const struct dovecot_index *index,
                           enum dovecot_index_kind kind, struct mailindex_sink *sink);

/* position < count */
static inline const uint8_t *dovecot_index_record(const struct dovecot_index *index,
                                                  uint32_t position)
{
    return index->records + (size_t)position * index->header.record_size;
}

static inline uint32_t dovecot_index_uid(const struct dovecot_index *index, uint32_t position)
{
    return le32(dovecot_index_record(index, position));
}

static inline uint8_t dovecot_index_flags(const struct dovecot_index *index, uint32_t position)
{
    return dovecot_index_record(index, position)[4];
}

/* The extension's record_size bytes of that mail. */
static inline const uint8_t *dovecot_index_data(const struct dovecot_index *index,
                                                const struct dovecot_extension *extension,
                                                uint32_t position)
{
    return dovecot_index_record(index, position) + extension->record_offset;
}

/* Where the mail is; false where it is not. By halving: for an index whose uids ascend. */
bool dovecot_index_find(const struct dovecot_index *index, uint32_t uid, uint32_t *position);

/* NULL where it has none of that name, or whose record field is smaller than record_size. */
const struct dovecot_extension *dovecot_index_extension(const struct dovecot_index *index,
                                                        const char *name, size_t record_size);

/* Keywords: the names are in the extension's header, ended by NUL; a bit each in the records. */
uint32_t dovecot_index_keyword_count(const struct dovecot_index *index);
const char *dovecot_index_keyword_name(const struct dovecot_index *index, uint32_t keyword);
bool dovecot_index_keyword(const struct dovecot_index *index, uint32_t position, uint32_t keyword);

#endif
