/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DOVECOT_UIDLIST_H
#define PROBES_DOVECOT_UIDLIST_H

#include "core/arena.h"
#include "probes/mailindex.h"

/*
 * dovecot-uidlist: which file of a maildir has which uid.
 *     3 V<uidvalidity> N<next uid> G<32 hex digits>
 *     <uid> [<key><value> ]... :<file name without flags>
 * Source: src/lib-storage/index/maildir/maildir-uidlist.c of Dovecot 2.3.19 and 2.4.4; version 3.
 */
struct dovecot_uidlist_entry {
    uint32_t uid;
    uint32_t name_length;
    const char *name;    /* in the text; not ended by NUL */
    int64_t size, vsize; /* S and W; -1: not said */
    uint64_t at;         /* of its line in the file */
    uint32_t length;     /* of the line */
};

struct dovecot_uidlist {
    uint32_t uid_validity, next_uid; /* next_uid: as the header says, or after the last entry */
    char guid[33];                   /* "" where it has none */
    struct dovecot_uidlist_entry *entries; /* in the order of the file; in the arena */
    size_t count;
    bool usable; /* the header is sound and of a version that is known */
    bool broken; /* a line is not: Dovecot throws all of it away there */
};

enum { DOVECOT_UIDLIST_MAX = 256 * 1024 * 1024 };

/* Takes the text apart and reports what is wrong with it. Entries that are not sound are left out.
 */
void dovecot_uidlist_parse(const char *name, const char *text, size_t length, struct arena *arena,
                           struct dovecot_uidlist *list, struct mailindex_sink *sink);

/* The entry of that uid, NULL where there is none. */
const struct dovecot_uidlist_entry *dovecot_uidlist_find(const struct dovecot_uidlist *list,
                                                         uint32_t uid);

#endif
