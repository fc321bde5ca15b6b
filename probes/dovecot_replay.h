/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DOVECOT_REPLAY_H
#define PROBES_DOVECOT_REPLAY_H

#include "probes/dovecot_index.h"
#include "probes/dovecot_log.h"

/*
 * A mailbox as a server sees it: the index with that part of the log applied that the index does
 * not have yet.
 * Source: lib-index/mail-index-sync-update.c, mail-index-sync-ext.c, mail-index-sync-keywords.c.
 */
struct dovecot_state;

/* Not done yet in the store, between the index's tail and the end of the log. */
enum dovecot_pending {
    DOVECOT_PENDING_FLAGS = 1,   /* flags or keywords: the store still has the old ones */
    DOVECOT_PENDING_EXPUNGE = 2, /* asked for */
};

/*
 * The state, through the accessors of dovecot_index.h: what of it a log changed is of the log. Its
 * offsets into a file mean nothing. Good until the state is freed.
 */
const struct dovecot_index *dovecot_state_index(const struct dovecot_state *state);

/* A set of enum dovecot_pending of the mail at that position of the state's index. */
unsigned dovecot_state_pending(const struct dovecot_state *state, uint32_t position);

/* All of the log was applied: what the state says is what a server would serve. */
bool dovecot_state_complete(const struct dovecot_state *state);

/* Where that mail's offset into the cache was last set by a log; false: by the index. */
bool dovecot_state_cache_place(const struct dovecot_state *state, uint32_t position,
                               struct mailindex_place *place);

/* Starts with a copy of the index's records; NULL: with an empty mailbox. */
struct dovecot_state *dovecot_state_new(const struct dovecot_index *index);
void dovecot_state_free(struct dovecot_state **state);

/*
 * Applies one record of a log, in the log's order, its payload read through window. False where it
 * cannot be: reports why, and the state is not complete from then on.
 */
bool dovecot_state_apply(struct dovecot_state *state, struct mailindex_window *window,
                         const struct dovecot_log_record *record, struct mailindex_sink *sink);

/* Notes what of a record that is applied already the store has not done yet. */
void dovecot_state_note_pending(struct dovecot_state *state, struct mailindex_window *window,
                                const struct dovecot_log_record *record);

/* After the last record: the accessors are good from here on. */
void dovecot_state_finish(struct dovecot_state *state, bool complete);

#endif
