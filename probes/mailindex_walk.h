/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_WALK_H
#define PROBES_MAILINDEX_WALK_H

#include <stdbool.h>

#include "probes/cyrus_conf.h"
#include "probes/dovecot_location.h"
#include "probes/mailindex_file.h"

/* What a mailbox, or what stands in its place in a store, is made of. */
enum mailindex_format {
    MAILINDEX_MAILDIR,
    MAILINDEX_SDBOX,
    MAILINDEX_MDBOX,
    MAILINDEX_STORAGE,         /* mdbox's storage folder: map and m.* files, of all its mailboxes */
    MAILINDEX_LIST,            /* the folder with dovecot.list.index, of all mailboxes of a user */
    MAILINDEX_INDEX_ONLY,      /* index files whose mail lies elsewhere */
    MAILINDEX_CYRUS,           /* a mailbox of Cyrus; alt: where its archived mails are */
    MAILINDEX_CYRUS_DATABASES, /* a directory with databases of Cyrus */
};

/*
 * One mailbox, and where its parts lie. A part that is not there has the descriptor -1; parts may
 * share one. Good until the next one is asked for.
 */
struct mailindex_mailbox {
    enum mailindex_format format;
    bool guessed;      /* nobody said where index and control files are: they may be elsewhere */
    const char *store; /* path of the user's store */
    const char *name;  /* "INBOX", "Archive/2024"; "" for MAILINDEX_STORAGE and _LIST */
    const char *index_name; /* "dovecot.index" */
    const char *only;       /* of Cyrus: the one of its files that is judged; NULL: all */
    struct mailindex_dir mail, index, control, alt;
    const struct dovecot_location *location; /* of the store; NULL: it is not Dovecot's */
};

/*
 * All mailboxes below a place, one after the other, without ever holding more than a path down to
 * the current one. What could not be looked at is given to unreadable(); the walk goes on.
 */
struct mailindex_walk;

struct mailindex_walk_options {
    struct mailindex_io *io;
    const struct cyrus_partition *cyrus; /* whose index files are below; NULL: not known */
    void (*unreadable)(const char *path, const char *why, void *arg);
    /* Where the parts are of a store found at path: 1 and location (in arena); 0: all at path. */
    int (*locate)(const char *path, struct arena *arena, struct dovecot_location *location,
                  void *arg, struct error *e); /* NULL: as 0 */
    void *arg;
};

/* Of a mail location. */
int mailindex_walk_location(const struct dovecot_location *location,
                            const struct mailindex_walk_options *options,
                            struct mailindex_walk **walk, struct error *e);

/*
 * Below a directory: what is in it says whether it is a mailbox, a store, or a directory of them.
 * path must be absolute and free of links (realpath(3)): one within a dbox store leads to that
 * store, narrowed to the mailboxes below it.
 */
int mailindex_walk_directory(const char *path, const struct mailindex_walk_options *options,
                             struct mailindex_walk **walk, struct error *e);

/* 1 and the next mailbox, 0 at the end. */
int mailindex_walk_next(struct mailindex_walk *walk, struct mailindex_mailbox *mailbox);
void mailindex_walk_free(struct mailindex_walk **walk);

#endif
