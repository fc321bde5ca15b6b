/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_MAILDIR_H
#define PROBES_MAILINDEX_MAILDIR_H

#include "probes/dovecot_uidlist.h"
#include "probes/maildir_name.h"
#include "probes/mailindex_check.h"

/* A mail's file, in cur or new. */
struct mail_file {
    const char *name;
    struct maildir_name parsed;
    bool recent; /* in new */
    bool listed; /* the uidlist has it */
};

/* What the checks of a maildir share. */
struct maildir {
    struct mailindex_check *check;
    const struct dovecot_index *state; /* NULL: not to be trusted */
    struct dovecot_uidlist list;
    const char *list_path;
    struct mailindex_stamp list_stamp, cur_stamp, new_stamp;
    struct mail_file *files;
    size_t count, room;
    bool files_seen;    /* both directories were read to their end */
    bool mails_in_sync; /* the directories are as the index saw them last */
    bool all_in_sync;   /* the uidlist too */
    bool unlisted;      /* there are files that the uidlist has no line for */
    struct maildir_keywords keywords;
    bool has_keywords;
    uint8_t *chunk; /* to read mails with */
};

/* Fills in lists, files, stamps and what is in sync. */
void mailindex_maildir_read(struct maildir *m);

/* Whether the directories or the uidlist changed since they were read. */
bool mailindex_maildir_moved(const struct maildir *m);

/* The file of a line of the uidlist, by its base name; NULL: there is none. */
struct mail_file *mailindex_maildir_find(const struct maildir *m, const char *name, size_t length);
const char *mailindex_maildir_path(const struct maildir *m, const struct mail_file *file);

/* Uids, uidlist and files against each other; state and list must be usable. */
void mailindex_maildir_agree(struct maildir *m);

#endif
