/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_LOOK_H
#define PROBES_MAILINDEX_LOOK_H

#include "core/arena.h"
#include "core/buf.h"
#include "probes/mailindex.h"
#include "probes/mailindex_churn.h"
#include "probes/mailindex_walk.h"

/*
 * One look at one mailbox of a live store: its index files, and these held against its mail. No
 * lock is taken, so what one look finds may be a writer that was half-way: a finding counts once a
 * second look finds the same (mailindex_confirm.h).
 */
struct mailindex_look_options {
    bool deep; /* read the bodies of mails too */
    struct mailindex_io *io;
    struct mailindex_baseline *baseline; /* what is known from before; NULL: none */
    bool accept;                         /* what differs from it is right */
    /* Of mails: those that are known and seem untouched are not read where only_new_mails. */
    bool only_new_mails;
    uint64_t mail_bytes; /* about as much of a mailbox at a look; 0: all */
    uint64_t turn;       /* which part that is, where it is not all; it goes on from look to look */
};

/* A finding with its texts kept, and the file as it was then. */
struct mailindex_found {
    struct mailindex_found *next;
    struct mailindex_finding finding;
    struct mailindex_stamp stamp;
};

struct mailindex_result {
    struct arena *arena;
    struct mailindex_found *first, **last;
    size_t count, dropped; /* kept, and too many to keep */
    /* What the findings rest on besides their own files, at the start of the look. */
    struct mailindex_stamp index, log;
    bool moved;             /* somebody wrote while it was looked at, however often it was tried */
    const char *unreadable; /* why something could not be read; NULL: all was */
    const char *unreadable_file;
    struct mailindex_churn_facts churn;
    struct buf sums; /* of what must never change from now on; empty without a baseline */
};

void mailindex_look_at(const struct mailindex_mailbox *mailbox,
                       const struct mailindex_look_options *options,
                       struct mailindex_result *result);
void mailindex_result_free(struct mailindex_result *result);

#endif
