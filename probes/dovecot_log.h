/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DOVECOT_LOG_H
#define PROBES_DOVECOT_LOG_H

#include "probes/mailindex.h"

/*
 * dovecot.index.log and .log.2: what changed, transaction by transaction.
 * Source: lib-index/mail-transaction-log.h, mail-transaction-log-file.c,
 * mail-transaction-log-view.c of Dovecot 2.3.19 and 2.4.4; version 1.3.
 */

enum { DOVECOT_LOG_HEADER = 40 };

struct dovecot_log_header {
    uint8_t major, minor;
    uint16_t hdr_size;
    uint32_t indexid, file_seq, prev_file_seq, prev_file_offset, create_stamp;
    uint64_t initial_modseq;
};

/* One bit of a record's type. */
enum dovecot_log_type {
    DOVECOT_LOG_EXPUNGE = 0x1,
    DOVECOT_LOG_APPEND = 0x2,
    DOVECOT_LOG_FLAGS = 0x4,
    DOVECOT_LOG_HEADER_UPDATE = 0x20,
    DOVECOT_LOG_EXT_INTRO = 0x40,
    DOVECOT_LOG_EXT_RESET = 0x80,
    DOVECOT_LOG_EXT_HEADER = 0x100,
    DOVECOT_LOG_EXT_RECORD = 0x200,
    DOVECOT_LOG_KEYWORDS = 0x400,
    DOVECOT_LOG_KEYWORDS_RESET = 0x800,
    DOVECOT_LOG_INCREMENT = 0x1000,
    DOVECOT_LOG_EXPUNGE_GUID = 0x2000,
    DOVECOT_LOG_MODSEQ = 0x8000,
    DOVECOT_LOG_EXT_HEADER_LONG = 0x10000,
    DOVECOT_LOG_INDEX_DELETED = 0x20000,
    DOVECOT_LOG_INDEX_UNDELETED = 0x40000,
    DOVECOT_LOG_BOUNDARY = 0x80000,
    DOVECOT_LOG_ATTRIBUTE = 0x100000,
};

struct dovecot_log_record {
    uint64_t offset;   /* in the file */
    uint32_t size;     /* of its payload, which begins 8 bytes after offset */
    uint32_t type;     /* enum dovecot_log_type */
    bool external;     /* the store has it already */
    uint64_t modseq;   /* after it */
    uint32_t rec_size; /* of EXT_RECORD and INCREMENT: the last intro's field */
};

/* What a walk finds out. */
struct dovecot_log_facts {
    struct dovecot_log_header header;
    bool usable;     /* its header is */
    bool whole;      /* every byte up to the file's size is part of a sound record */
    bool torn;       /* ends within a record or transaction: one that is being written does too */
    uint64_t end;    /* after the last sound record: what a server would read */
    uint64_t modseq; /* at the end */
    uint64_t records;
    int error; /* of reading, negative errno */
};

/*
 * Walks the file from its header to its end and reports what breaks its rules; calls visit (unless
 * NULL) for each sound record of each whole transaction, in order, until it gives false. The
 * payload is read by the visitor, through a window of its own.
 */
void dovecot_log_walk(const struct mailindex_file *file, struct dovecot_log_facts *facts,
                      bool (*visit)(const struct dovecot_log_record *record, void *arg), void *arg,
                      struct mailindex_sink *sink);

/* Just the header; false where it cannot be used. sink may be NULL. */
bool dovecot_log_read_header(const struct mailindex_file *file, struct dovecot_log_header *header,
                             struct mailindex_sink *sink);

#endif
