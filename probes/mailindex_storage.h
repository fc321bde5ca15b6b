/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_STORAGE_H
#define PROBES_MAILINDEX_STORAGE_H

#include "probes/dbox_file.h"
#include "probes/dovecot_map.h"
#include "probes/mailindex_check.h"

/* A mail of an mdbox: what the map says, what its m.N says, how many mailboxes have it. */
struct mailindex_stored {
    struct dovecot_map_mail map;
    uint32_t counted; /* references, counted over the mailboxes */
    bool framed;      /* it was found where the map says */
    struct dbox_mail mail;
};

struct mailindex_storage {
    struct mailindex_check *check; /* of the map */
    const struct dovecot_index *state;
    struct mailindex_stored *mails; /* in the order of the map's uids */
    size_t count;
};

/* Holds the map against the m.N files and fills in what these say. */
void mailindex_storage_files(struct mailindex_storage *storage);

/* Holds the map against the mailboxes. */
void mailindex_storage_mailboxes(struct mailindex_storage *storage);

#endif
