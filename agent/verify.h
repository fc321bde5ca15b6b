/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_VERIFY_H
#define AGENT_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "probes/mailindex_confirm.h"

/* What a run came to. */
struct verify_counts {
    uint64_t sound, suspect, damaged, unreadable, busy, unverified; /* mailboxes */
    uint64_t findings;
};

struct verify;

/* Where it goes as it comes; all are called in the thread of verify_path(). */
struct verify_listener {
    void (*finding)(const struct verify *verify, const char *store,
                    const struct mailindex_finding *finding);
    void (*unreadable)(const struct verify *verify, const char *path, const char *why);
    void (*progress)(const struct verify *verify); /* often; may be NULL */
};

struct verify {
    const struct verify_listener *listener;
    void *arg; /* the listener's */
    struct mailindex_io io;
    struct mailindex_confirm_options options;
    struct mailindex_baseline *baseline; /* NULL: none */
    struct verify_counts counts;
    uint64_t seen, expected; /* mailboxes; expected 0: not known */
    bool counting;           /* they are only counted yet */
};

/* deep: bodies too; delay_ms before a second look, -1: as the file system needs. */
void verify_init(struct verify *verify, const struct verify_listener *listener, void *arg,
                 bool deep, int64_t delay_ms);

/*
 * Holds what is verified from now on against a file of what was sound before, and remembers there
 * what is; accept: whatever differs is right. verify_close_baseline() says whether it was written.
 */
int verify_open_baseline(struct verify *verify, const char *file, bool accept, struct error *e);
int verify_close_baseline(struct verify *verify, struct error *e);

/* Counts the mailboxes below a path, so that it can be said how long it will take. */
void verify_count(struct verify *verify, const char *path);

/*
 * A mail location, a directory of mailboxes or of stores, an index file, or the imapd.conf of a
 * Cyrus server. Fails where there is nothing to look at; what is found or cannot be read goes to
 * the listener.
 */
int verify_path(struct verify *verify, const char *path, struct error *e);

#endif
