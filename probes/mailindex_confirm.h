/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_CONFIRM_H
#define PROBES_MAILINDEX_CONFIRM_H

#include "probes/mailindex_look.h"

/*
 * Looks at mailboxes, and again at those where something was found, before it is told: a store
 * that is written to may be caught half-way. The same finding on unchanged files is damage; one
 * that stays while the files change is suspect; one that is gone was none.
 */
enum mailindex_judgement {
    MAILINDEX_SOUND,
    MAILINDEX_IS_SUSPECT,
    MAILINDEX_IS_DAMAGED,
    MAILINDEX_IS_UNREADABLE, /* part of it at least; findings may stand beside */
    MAILINDEX_IS_BUSY, /* what was found was another thing at each look: written to all along */
    MAILINDEX_IS_UNVERIFIED, /* in part at least: a version or format that is not known here */
};

struct mailindex_judged {
    const struct mailindex_mailbox *mailbox;
    enum mailindex_judgement judgement;
    const struct mailindex_result *result; /* its findings have their final verdict */
};

struct mailindex_confirm_options {
    struct mailindex_look_options look;
    int64_t delay_ms; /* before another look; -1: as the file system needs */
    void (*judged)(const struct mailindex_judged *judged, void *arg);
    void *arg;
};

struct mailindex_confirm;

struct mailindex_confirm *mailindex_confirm_new(const struct mailindex_confirm_options *options);

/* How mailboxes are looked at from now on; those that wait are looked at again as they were. */
void mailindex_confirm_look(struct mailindex_confirm *confirm,
                            const struct mailindex_look_options *look);

/* Another baseline, or none, also for those that wait: the one before is about to be closed. */
void mailindex_confirm_baseline(struct mailindex_confirm *confirm,
                                struct mailindex_baseline *baseline);

/* Looks at a mailbox. It is judged at once or in a later call; others whose time has come, too. */
void mailindex_confirm_add(struct mailindex_confirm *confirm,
                           const struct mailindex_mailbox *mailbox);

/* Judges those whose time has come; how many are still waiting. */
size_t mailindex_confirm_due(struct mailindex_confirm *confirm);

/* Waits for all of them. */
void mailindex_confirm_finish(struct mailindex_confirm *confirm);
void mailindex_confirm_free(struct mailindex_confirm **confirm);

#endif
