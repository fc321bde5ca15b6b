/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_FILES_H
#define PROBES_MAILINDEX_FILES_H

#include "core/arena.h"
#include "probes/dovecot_mailbox.h"
#include "probes/mailindex_file.h"

/* An open file, read by struct mailindex_file; its name is its path. */
struct mailindex_handle {
    struct mailindex_file file;
    int fd; /* -1: not there */
    struct mailindex_stamp stamp;
    struct mailindex_io *io;
};

/*
 * Opens for reading through handle->file, which holds on to the handle's address. 0 where it is
 * not there, too: then fd is -1. Errors as mailindex_open().
 */
int mailindex_handle_open(const struct mailindex_dir *dir, const char *name, struct arena *arena,
                          struct mailindex_io *io, struct mailindex_handle *handle,
                          struct error *e);
void mailindex_handle_close(struct mailindex_handle *handle);

/* It is shorter than it was: what was read of it is worth nothing. */
bool mailindex_handle_shrank(const struct mailindex_handle *handle);

/* The index files of a mailbox, opened in the order in which they must be. */
enum { MAILINDEX_INDEX, MAILINDEX_LOG, MAILINDEX_LOG2, MAILINDEX_CACHE, MAILINDEX_FILES };

struct mailindex_files {
    const struct mailindex_dir *dir;
    const char *name; /* "dovecot.index" */
    struct mailindex_handle handles[MAILINDEX_FILES];
};

/* Where one cannot be opened, e says why and *unreadable is its path; close in any case. */
int mailindex_files_open(struct mailindex_files *files, const struct mailindex_dir *dir,
                         const char *name, bool with_cache, struct arena *arena,
                         struct mailindex_io *io, const char **unreadable, struct error *e);
void mailindex_files_close(struct mailindex_files *files);

/* As dovecot_look() wants them. */
struct dovecot_files mailindex_files_of(const struct mailindex_files *files,
                                        enum dovecot_index_kind kind);

/* Whether index or log were written to, or put in another's place, since they were opened. */
bool mailindex_files_moved(const struct mailindex_files *files);
bool mailindex_files_shrank(const struct mailindex_files *files);

#endif
