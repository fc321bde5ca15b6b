/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DOVECOT_BACKWARD_H
#define PROBES_DOVECOT_BACKWARD_H

#include "probes/dovecot_index.h"
#include "probes/dovecot_log.h"

/*
 * What a log says happened before the index was written must be what the index says: mails that
 * came and went, flags, keywords, fields of extensions, modseqs, header. Dovecot never looks. The
 * log does not reach back to the mailbox's birth, so that only what it speaks of is compared.
 */
struct dovecot_backward;

/* The index, which must live as long, with uids in order. NULL: out of memory. */
struct dovecot_backward *dovecot_backward_new(const struct mailindex_file *file,
                                              const struct dovecot_index *index);
void dovecot_backward_free(struct dovecot_backward **backward);

/* Notes a record before the index's head, in the log's order; its payload is read through window.
 */
void dovecot_backward_note(struct dovecot_backward *backward, struct mailindex_window *window,
                           const struct dovecot_log_record *record);

/* The log file of that sequence number is at that offset, at that modseq. */
void dovecot_backward_place(struct dovecot_backward *backward, uint32_t file_seq, uint64_t offset,
                            uint64_t modseq);

/* Where two places cannot both be right both are reported. */
void dovecot_backward_compare(struct dovecot_backward *backward, struct mailindex_sink *sink);

#endif
