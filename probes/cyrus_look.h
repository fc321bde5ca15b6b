/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_CYRUS_LOOK_H
#define PROBES_CYRUS_LOOK_H

#include "probes/mailindex_check.h"

/*
 * One look at a mailbox of Cyrus: cyrus.index, read under a shared lock where one is to be had
 * within a fraction of a second, then cyrus.header, cyrus.cache, the mails and cyrus.annotations.
 * Or at a directory with databases of Cyrus. index becomes the stamp of cyrus.index.
 */
void cyrus_look(struct mailindex_check *check, struct mailindex_stamp *index);

/* Whether a directory is a mailbox of Cyrus, or part of one. */
bool cyrus_is_mailbox(const struct mailindex_dir *dir);

/* Whether a file is called as a database; cyrus.annotations is part of its mailbox. */
bool cyrus_is_called_database(const char *name);

/* Whether a file is called as a database of Cyrus is and looks like one. */
bool cyrus_is_database(const struct mailindex_dir *dir, const char *name, struct mailindex_io *io);

/* Whether a file looks like one, whatever it is called. */
bool cyrus_starts_as_database(const struct mailindex_dir *dir, const char *name,
                              struct mailindex_io *io);

/* "user.x" of its cyrus.header; NULL where it does not say. */
const char *cyrus_mailbox_name(const struct mailindex_dir *dir, struct arena *arena,
                               struct mailindex_io *io);

#endif
