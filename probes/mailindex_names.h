/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_NAMES_H
#define PROBES_MAILINDEX_NAMES_H

#include <stdbool.h>

/*
 * Whether an entry of a directory holds no mailbox: what file systems keep beside the data (copies
 * of it all, or nothing of ours) and, in a maildir, the directories of its mails.
 */
bool mailindex_is_passed_by(const char *name, bool in_maildir);

/* The name of the mailbox in a folder: without the folder of all mailboxes, "" where there is none.
 */
const char *mailindex_name_of(const char *folder, const char *mailboxes);

#endif
