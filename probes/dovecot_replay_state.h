/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DOVECOT_REPLAY_STATE_H
#define PROBES_DOVECOT_REPLAY_STATE_H

#include "probes/dovecot_replay.h"

/* What the files dovecot_replay*.c share. */

enum { DOVECOT_EXTENSION_NONE = -1 };

/* Of a mail, beside its record. */
struct dovecot_note {
    uint8_t pending;
    bool expunged;
    uint32_t cache_at; /* offset of the log record that set its cache offset; 0: none */
    const char *cache_file;
};

struct dovecot_state {
    struct dovecot_index index;
    uint8_t *records; /* index.records */
    struct dovecot_note *notes;
    uint32_t room;                             /* of records and notes */
    uint8_t *ext_data[DOVECOT_EXTENSIONS_MAX]; /* index.extensions[].data */
    int ext;                                   /* that was last introduced */
    bool ignored;                              /* of another reset_id */
    uint32_t rec_size;                         /* as introduced */
    uint64_t work;                             /* mails touched */
    bool complete;
};

/* One record that is being applied. */
struct dovecot_apply {
    struct dovecot_state *state;
    struct mailindex_window *window;
    const struct dovecot_log_record *record;
    struct mailindex_sink *sink;
    uint64_t at, end; /* of its payload */
};

bool dovecot_apply_fail(const struct dovecot_apply *a, const char *what, uint64_t found)
    __attribute__((noinline));

/* EXT_INTRO, EXT_RESET, EXT_HEADER*, EXT_RECORD, INCREMENT */
bool dovecot_apply_extension(struct dovecot_apply *a);

/* KEYWORDS, KEYWORDS_RESET */
bool dovecot_apply_keywords(struct dovecot_apply *a);
bool dovecot_apply_keywords_reset(struct dovecot_apply *a);

/*
 * Gives the extension, which must exist, that many bytes of header and in each record; what is new
 * is zero. False: out of bounds.
 */
bool dovecot_state_resize(struct dovecot_state *state, int ext, uint32_t hdr_size,
                          uint32_t record_size);

/* A new extension without header and field; DOVECOT_EXTENSION_NONE: there are too many. */
int dovecot_state_add_extension(struct dovecot_state *state, const char *name, size_t length);

/* The positions of the mails with uids from first to last: from *at on, below *end. */
void dovecot_state_range(const struct dovecot_state *state, uint32_t first, uint32_t last,
                         uint32_t *at, uint32_t *end);

/* Counts work against its bound; false: there is too much, as only a hostile log has. */
bool dovecot_state_work(struct dovecot_state *state, uint64_t mails);

static inline uint8_t *dovecot_state_field(struct dovecot_state *state,
                                           const struct dovecot_extension *e, uint32_t position)
{
    return state->records + (size_t)position * state->index.header.record_size + e->record_offset;
}

#endif
