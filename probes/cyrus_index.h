/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_CYRUS_INDEX_H
#define PROBES_CYRUS_INDEX_H

#include "probes/mailindex.h"

/*
 * cyrus.index of Cyrus 2.4 to 3.13 (versions 12 to 20): a header and a record a message, all
 * integers big endian, each with a CRC32 of its own. Source: imap/index_file.c, imap/mailbox.c.
 * Pure. Rules are reported to the sink; the file must not be written to meanwhile, or what is
 * found may be a record half written.
 */

enum { CYRUS_USER_FLAGS = 128 };

/* Names of user flags by their bits, from cyrus.header; NULL: none of that number. */
struct cyrus_flags {
    const char *names[CYRUS_USER_FLAGS];
};

struct cyrus_index {
    uint32_t version;
    uint32_t generation; /* the same as in cyrus.cache */
    uint32_t header_size, record_size, records;
    uint32_t exists, answered, flagged, deleted, unseen; /* as the header counts them */
    uint64_t quota_used;
    uint32_t last_uid, uidvalidity, options;
    uint32_t header_file_crc; /* of cyrus.header; 0: not known */
    uint32_t sync_crc;
    uint64_t highest_modseq;
};

/* Of options: clean-up that Cyrus put off */
#define CYRUS_NEEDS_UNLINK (UINT32_C(1) << 29)
#define CYRUS_DELETED      (UINT32_C(1) << 31)

/* Of the flags of a record */
enum {
    CYRUS_ANSWERED = 1,
    CYRUS_FLAGGED = 2,
    CYRUS_DELETED_FLAG = 4,
    CYRUS_DRAFT = 8,
    CYRUS_SEEN = 16,
};
#define CYRUS_ARCHIVED (UINT32_C(1) << 29)
#define CYRUS_UNLINKED (UINT32_C(1) << 30)
#define CYRUS_EXPUNGED (UINT32_C(1) << 31)

enum { CYRUS_GUID = 20 };

struct cyrus_record {
    uint64_t place; /* offset of the record in the index */
    uint32_t uid, flags, user_flags[4];
    int64_t internal_date, last_updated; /* seconds */
    uint64_t size;                       /* of the message */
    uint64_t modseq;
    uint64_t cache_offset; /* 0: none */
    uint32_t cache_crc;    /* 0: written by an old version, not known */
    uint8_t guid[CYRUS_GUID];
};

/* Reads the header; false where the records cannot be found by it, as was reported. */
bool cyrus_index_open(const struct mailindex_file *file, struct cyrus_index *index,
                      struct mailindex_sink *sink);

/*
 * Gives each record whose CRC is right, in the order of uids, and holds header and records against
 * each other. flags may be NULL where cyrus.header could not be read: the sync CRC is not checked
 * then. False where reading failed, with *error.
 */
bool cyrus_index_walk(const struct mailindex_file *file, const struct cyrus_index *index,
                      const struct cyrus_flags *flags,
                      void (*visit)(const struct cyrus_record *record, void *arg), void *arg,
                      struct mailindex_sink *sink, int *error);

/*
 * The bytes of a record that never change while its message exists, as parts [offset, length] of
 * the record; ends with length 0. In versions 12 to 19 and 20 they lie differently.
 */
struct cyrus_part {
    uint16_t offset, length;
};
const struct cyrus_part *cyrus_index_immutable(const struct cyrus_index *index);

/* Integers as Cyrus writes them. */
static inline uint32_t be32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline uint64_t be64(const uint8_t *at)
{
    return (uint64_t)be32(at) << 32 | be32(at + 4);
}

#endif
