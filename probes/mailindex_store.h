/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_STORE_H
#define PROBES_MAILINDEX_STORE_H

#include "core/arena.h"
#include "probes/mailindex_walk.h"

/* One user's store, as the walk goes through it: its directories, open. */
struct mailindex_store {
    const struct dovecot_location *location;
    bool guessed;
    struct mailindex_io *io;
    struct mailindex_dir root, index, control, alt; /* -1: none; index and control may be root's */
};

/* Only the root must be there. */
int mailindex_store_open(struct mailindex_store *store, const struct dovecot_location *location,
                         bool guessed, struct mailindex_io *io, struct error *e);
void mailindex_store_close(struct mailindex_store *store);

/*
 * Opens the parts of a mailbox: folder is where its mail lies below the root, name its name for
 * people. Negative where its mail cannot be opened; -ENOENT where it vanished.
 */
int mailindex_store_mailbox(const struct mailindex_store *store, const char *folder,
                            const char *name, struct arena *arena,
                            struct mailindex_mailbox *mailbox, struct error *e);

/* The folder of all mailboxes' index, and of mdbox' storage; -ENOENT where there is none. */
int mailindex_store_list(const struct mailindex_store *store, struct arena *arena,
                         struct mailindex_mailbox *mailbox);
int mailindex_store_storage(const struct mailindex_store *store, struct arena *arena,
                            struct mailindex_mailbox *mailbox);

void mailindex_mailbox_close(struct mailindex_mailbox *mailbox);

/* Whether a directory, or a file, of that name is there; links are not followed. */
bool mailindex_has_directory(const struct mailindex_dir *dir, const char *name);
bool mailindex_has_file(const struct mailindex_dir *dir, const char *name);

/* What the content of a directory says that it is. */
enum mailindex_guess {
    MAILINDEX_GUESS_NONE,  /* maybe a directory of stores */
    MAILINDEX_GUESS_STORE, /* of that format */
    MAILINDEX_GUESS_INDEX, /* index files only, maybe more below */
};
enum mailindex_guess mailindex_store_guess(const struct mailindex_dir *dir,
                                           enum dovecot_format *format);

/* Where everything is in a store of which no more is known than that. */
void mailindex_store_location(enum dovecot_format format, const char *path, struct arena *arena,
                              struct dovecot_location *location);

#endif
