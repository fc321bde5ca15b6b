/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DOVECOT_LIST_H
#define PROBES_DOVECOT_LIST_H

#include "probes/dovecot_index.h"

/*
 * dovecot.list.index: the names of a user's mailboxes, as a tree, and what STATUS says of each.
 * Source: lib-storage/list/mailbox-list-index.h, mailbox-list-index.c,
 * mailbox-list-index-status.c.
 */
enum dovecot_list_flags {
    DOVECOT_LIST_NOINFERIORS = 0x01,
    DOVECOT_LIST_SYNC_EXISTS = 0x02,
    DOVECOT_LIST_NONEXISTENT = 0x04,
    DOVECOT_LIST_CORRUPTED_NAME = 0x08,
    DOVECOT_LIST_NOSELECT = 0x10,
};

struct dovecot_list_node {
    uint32_t uid, name_id, parent_uid, uid_validity;
    uint8_t flags;
    const uint8_t *guid; /* 16 bytes */
    const char *name;    /* of this level, "" where it has none; in the bytes of the index */
    bool has_status;
    uint32_t messages, unseen, recent, uidnext;
};

/* position < count; false: the index has no list extension. */
bool dovecot_list_node(const struct dovecot_index *index, uint32_t position,
                       struct dovecot_list_node *node);

/* Ids and names ascending and ended, parents that are there, no loops, one GUID a mailbox. */
void dovecot_list_verify(const struct mailindex_file *file, const struct dovecot_index *index,
                         struct mailindex_sink *sink);

#endif
