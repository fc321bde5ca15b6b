/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DOVECOT_MAILBOX_H
#define PROBES_DOVECOT_MAILBOX_H

#include "probes/dovecot_cache.h"
#include "probes/dovecot_replay.h"
#include "probes/mailindex_churn.h"

/*
 * All index files of one mailbox (or map, or list), each by itself and one against the other.
 * NULL where there is none. Read them in this order: index, log, log2, cache; a file must have been
 * opened before the next one was, so that what a writer does meanwhile cannot look like damage
 * (a log may be newer than the index, never older).
 */
struct dovecot_files {
    enum dovecot_index_kind kind;
    const struct mailindex_file *index, *log, *log2, *cache;
    const char *index_name; /* for the finding that it is missing; NULL: "dovecot.index" */
};

/* An index larger than this is not read: it would be of ten million mails. */
enum { DOVECOT_INDEX_MAX = 512 * 1024 * 1024 };

struct dovecot_look {
    uint8_t *index_bytes;
    struct dovecot_index *index; /* as it is in the file; NULL: none that can be used */
    struct dovecot_log_facts log, log2;
    struct dovecot_state *state; /* index and log; NULL: none that can be trusted */
    struct mailindex_churn_facts churn;
    bool disagree; /* index and log do: what the store is held against may be wrong */
    int error;     /* of reading, negative errno: then what is missing was not looked at */
    const char *error_file;
};

/*
 * Verifies and gives what the files say of the mails, for the cross-checks with the store.
 * dovecot_look_free in any case.
 */
void dovecot_look(const struct dovecot_files *files, struct dovecot_look *look,
                  struct mailindex_sink *sink);
void dovecot_look_free(struct dovecot_look *look);

#endif
