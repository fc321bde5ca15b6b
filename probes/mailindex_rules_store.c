/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_rules_store.h"

#include <stdlib.h>
#include <string.h>

#define DAMAGED MAILINDEX_DAMAGED
#define SUSPECT MAILINDEX_SUSPECT

/* What is safe to do. */
#define RESYNC                                                                                     \
    "keep a copy of the index files, then 'doveadm force-resync' on the mailbox; on sdbox and "    \
    "mdbox, flags that only the index had may go"
#define RESYNC_USER                                                                                \
    "keep a copy of storage/ and the index files, then 'doveadm force-resync' for the user; "      \
    "flags "                                                                                       \
    "that only the index had may go"
#define RESTORE_MAIL "restore the file from a backup or replica; no tool of Dovecot brings it back"
#define KEEP                                                                                       \
    "keep a copy of the files; compare with a backup or replica: 'doveadm force-resync' does not " \
    "mend it"
#define NEW_UIDS                                                                                   \
    "restore dovecot-uidlist from a backup while the user is logged out; not force-resync, which " \
    "gives the mails new uids"
#define NEW_CACHE                                                                                  \
    "remove dovecot.index.cache while the user is logged out; 'doveadm index' fills it again; no " \
    "force-resync"

static const struct mailindex_rule rules[] = {
    {"D01", "dbox", DAMAGED,
     "Dovecot logs 'Corrupted dbox file' when the mail is read and rebuilds the mailbox; the mail "
     "is lost or cut",
     RESTORE_MAIL},
    {"D02", "dbox", DAMAGED,
     "Dovecot logs 'Unexpectedly lost uid' when the mail is read and drops it", RESTORE_MAIL},
    {"D03", "dbox", SUSPECT,
     "users do not see this mail; it may be left over from one that was expunged, and a rebuild "
     "would bring it back",
     "look at the file; if the mail is wanted, 'doveadm force-resync' brings it back"},
    {"D04", "dbox", DAMAGED, "the mailbox looks empty, though its mails are there",
     "restore dovecot.index and its log from dovecot.index.backup or a backup while the user is "
     "logged out; 'doveadm force-resync' brings the mails back without their flags and keywords"},
    {"D06", "log", DAMAGED, "users miss a mail that nobody deleted; a rebuild brings it back",
     RESYNC},
    {"D11", "dbox", DAMAGED, "Dovecot logs 'Unexpectedly lost' for each mail in it and drops them",
     RESTORE_MAIL},
    {"D12", "dbox", DAMAGED,
     "Dovecot logs 'Corrupted dbox file' when the mail is read and rebuilds the user's store",
     RESTORE_MAIL},
    {"D15", "map", DAMAGED,
     "Dovecot logs 'mdbox map corrupted: Unexpectedly lost' and rebuilds the user's store",
     RESYNC_USER},
    {"D16", "map", DAMAGED, "the next 'doveadm purge' can delete mail that is still in a mailbox",
     "no 'doveadm purge' before it is mended; " RESYNC_USER},
    {"D17", "map", SUSPECT,
     "the space of mails that were expunged is not given back by 'doveadm purge'", RESYNC_USER},
    {"M03", "maildir", DAMAGED,
     "Dovecot logs 'Cached message size larger (or smaller) than expected' and breaks off when the "
     "mail is read",
     RESTORE_MAIL},
    {"M05", "maildir", DAMAGED, "users get a mail whose content is not what was delivered",
     RESTORE_MAIL},
    {"M06", "maildir", SUSPECT,
     "Dovecot passes over such lines without a word: mails lose that keyword, and get another when "
     "its letter is given away again",
     "correct the lines, 'NUMBER KEYWORD', while the user is logged out"},
    {"U01", "uidlist", DAMAGED,
     "Dovecot writes the list anew: all mails get new uids, and clients fetch them again",
     NEW_UIDS},
    {"U02", "uidlist", DAMAGED,
     "Dovecot takes a cut line for a whole one: mails at its end get new uids, without a word",
     NEW_UIDS},
    {"U03", "uidlist", DAMAGED,
     "Dovecot throws the list away: all later mails get new uids, and clients fetch them again",
     NEW_UIDS},
    {"U04", "uidlist", DAMAGED,
     "Dovecot throws the list away: all later mails get new uids, and clients fetch them again",
     NEW_UIDS},
    {"X20", "agreement", DAMAGED,
     "Dovecot logs 'UIDVALIDITY changed' and builds the index anew; clients may fetch all again",
     RESYNC},
    {"X21", "uidlist", DAMAGED, "the last mails get new uids, without a line in Dovecot's log",
     NEW_UIDS},
    {"X22", "agreement", DAMAGED, "users see other flags than the mail has, until it is synced",
     RESYNC},
    {"X23", "agreement", DAMAGED, "users see other keywords than the mail has", RESYNC},
    {"X24", "agreement", DAMAGED, "the mail is listed and cannot be read; then it vanishes",
     RESTORE_MAIL},
    {"X25", "agreement", DAMAGED, "the mail gets a new uid, without a line in Dovecot's log",
     NEW_UIDS},
    {"X26", "uidlist", DAMAGED, "the mail gets a new uid, without a line in Dovecot's log",
     NEW_UIDS},
    {"X27", "agreement", DAMAGED, "users do not see the mail until Dovecot syncs again", RESYNC},
    {"X28", "agreement", DAMAGED, "users see wrong sizes, and quota is counted wrong", NEW_CACHE},
    {"X29", "agreement", DAMAGED,
     "Dovecot logs 'Broken physical size' and may serve another mail's data", NEW_CACHE},
    {"X30", "agreement", DAMAGED,
     "another mail is served under this uid, or replication confuses the two", KEEP},
};

static int compare(const void *name, const void *rule)
{
    return strcmp(name, ((const struct mailindex_rule *)rule)->name);
}

const struct mailindex_rule *mailindex_rule_of_store(const char *name)
{
    return bsearch(name, rules, sizeof rules / sizeof *rules, sizeof *rules, compare);
}

const struct mailindex_rule *mailindex_rules_of_store(size_t *count)
{
    *count = sizeof rules / sizeof *rules;
    return rules;
}
