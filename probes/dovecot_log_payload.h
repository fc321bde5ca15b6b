/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DOVECOT_LOG_PAYLOAD_H
#define PROBES_DOVECOT_LOG_PAYLOAD_H

#include "probes/dovecot_log.h"

/* What a walk remembers from record to record. */
struct dovecot_log_context {
    struct mailindex_window *window;
    struct mailindex_sink *sink;
    uint8_t minor; /* of the log's version */
    bool have_intro;
    uint32_t rec_size;    /* of the last intro */
    uint64_t modseq;      /* 0: not tracked yet */
    uint32_t last_append; /* highest uid appended so far */
    uint32_t highest_uid; /* that was spoken of since, and where */
    uint64_t highest_at;
};

/* Whether the type, without its flags, is one that there is. */
bool dovecot_log_type_known(uint32_t type);

/* Bytes of one EXT_RECORD element. */
static inline uint64_t dovecot_log_element(uint32_t rec_size)
{
    return ((uint64_t)4 + rec_size + 3) & ~(uint64_t)3;
}

/*
 * Checks one record's payload by its type, reports what is wrong (one finding a record), and brings
 * the context up to date. False: nothing that follows can be trusted.
 */
bool dovecot_log_payload_check(struct dovecot_log_context *context,
                               const struct dovecot_log_record *record);

#endif
