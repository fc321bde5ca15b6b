/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_CYRUS_LOOK_INSIDE_H
#define PROBES_CYRUS_LOOK_INSIDE_H

#include "probes/cyrus_header.h"
#include "probes/cyrus_look.h"

/* What the files of one look at a mailbox share. */
struct cyrus_mailbox {
    struct mailindex_check *check;
    struct mailindex_handle handle;    /* of cyrus.index */
    struct mailindex_handle caches[2]; /* that of archived mails is the second */
    struct cyrus_index index;
    struct cyrus_header header;
    bool locked;
    struct cyrus_record *records; /* sound ones; of malloc */
    size_t count, room;
    bool whole; /* all of them are there */
};

/* Opens a file of the mailbox in whichever of its directories it is; fd -1: in none. */
int cyrus_open(struct mailindex_check *check, const char *name, struct mailindex_handle *handle);

/* A shared lock on an open file, tried for so long. It ends with the descriptor. */
bool cyrus_lock(int fd, int deadline_ms);
void cyrus_unlock(int fd);

/* Its mails against the index: there, as long as they should be, and with deep by their GUID. */
void cyrus_look_mails(struct cyrus_mailbox *mailbox);

/* A database file; dir and name as for mailindex_open(). */
void cyrus_look_database(struct mailindex_check *check, const struct mailindex_dir *dir,
                         const char *name);
void cyrus_look_databases(struct mailindex_check *check);

#endif
