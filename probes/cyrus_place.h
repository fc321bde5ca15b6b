/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_CYRUS_PLACE_H
#define PROBES_CYRUS_PLACE_H

#include "probes/cyrus_look.h"

/* A directory that the walk over mail stores came to. */
struct cyrus_place {
    const struct mailindex_dir *dir;
    const char *path;                        /* of dir */
    const char *root;                        /* where the walk began */
    const struct cyrus_partition *partition; /* that root belongs to; NULL: not known */
    struct mailindex_io *io;
};

/* The mailbox whose index files are in it, and its mail where that is; false where it is none. */
bool cyrus_place_mailbox(const struct cyrus_place *place, struct arena *arena,
                         struct mailindex_mailbox *mailbox);

/*
 * One file by itself, of an absolute path: cyrus.index, cyrus.cache (by the checksums that
 * cyrus.index beside it has), cyrus.header, or a database. 1 and what to look at; 0: another file;
 * or why it cannot be.
 */
int cyrus_place_file(const char *path, struct mailindex_io *io, struct arena *arena,
                     struct mailindex_mailbox *mailbox, struct error *e);

/* The directory for the databases in it. */
bool cyrus_place_databases(const struct cyrus_place *place, struct mailindex_mailbox *mailbox);

#endif
