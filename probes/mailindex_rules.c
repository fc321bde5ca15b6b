/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_rules.h"

#include <stdlib.h>
#include <string.h>

#include "probes/mailindex_rules_baseline.h"
#include "probes/mailindex_rules_cyrus.h"
#include "probes/mailindex_rules_store.h"

#define DAMAGED    MAILINDEX_DAMAGED
#define SUSPECT    MAILINDEX_SUSPECT
#define UNVERIFIED MAILINDEX_UNVERIFIED

/* What Dovecot does about it. */
#define SILENT_DROP                                                                                \
    "Dovecot throws the whole index away without a line in its log; maildir: flags come from "     \
    "file "                                                                                        \
    "names, keywords and modseqs are lost; sdbox: the mailbox looks empty, with a new UIDVALIDITY"
#define FSCK                                                                                       \
    "Dovecot runs its fsck when it next opens the mailbox, which drops what does not fit: flags "  \
    "and mails can go"
#define UNSEEN "Dovecot does not look at it and serves what it says"
#define DROPLOG                                                                                    \
    "Dovecot stops at that place, marks the log as corrupted and begins a new one: changes that "  \
    "only the log had (flags, new mails) are lost"
#define UNREAD                                                                                     \
    "nothing now, as the index is past that place; if the index has to be rebuilt from the log, "  \
    "changes are lost"
#define DROPCACHE                                                                                  \
    "Dovecot deletes the cache when it meets that place and reads the mails again: slow, but "     \
    "nothing is lost"
#define WRONGCACHE "Dovecot may serve headers or sizes of another mail"

/* What is safe to do. */
#define RESTORE                                                                                    \
    "restore dovecot.index from dovecot.index.backup or a backup while the user is logged out; "   \
    "'doveadm force-resync' brings mails back, but on dbox loses the flags that only the index "   \
    "had"
#define RESYNC                                                                                     \
    "keep a copy of the index files, then 'doveadm force-resync' on the mailbox; on dbox, flags "  \
    "that only the index had may go"
#define KEEP                                                                                       \
    "keep a copy of the files; compare with a backup or replica, as no tool of Dovecot finds "     \
    "this; 'doveadm force-resync' does not mend it"
#define NEWCACHE                                                                                   \
    "remove dovecot.index.cache while the user is logged out; 'doveadm index' fills it again; no " \
    "force-resync"
#define NONE   "none is needed"
#define UPDATE "none from here: verify it with the version of Dovecot that wrote it"

static const struct mailindex_rule rules[] = {
    {"C00", "unverified", UNVERIFIED, "none", UPDATE},
    {"C01", "cache", DAMAGED, DROPCACHE, NEWCACHE},
    {"C02", "cache", DAMAGED, DROPCACHE, NEWCACHE},
    {"C03", "cache", DAMAGED, DROPCACHE, NEWCACHE},
    {"C04", "cache", DAMAGED, DROPCACHE, NEWCACHE},
    {"C05", "cache", DAMAGED, DROPCACHE, NEWCACHE},
    {"C06", "cache", DAMAGED, DROPCACHE, NEWCACHE},
    {"C07", "cache", DAMAGED, UNSEEN, NEWCACHE},
    {"C08", "cache", SUSPECT, UNSEEN, NEWCACHE},
    {"I00", "unverified", UNVERIFIED, "none", UPDATE},
    {"I01", "index", DAMAGED, SILENT_DROP, RESTORE},
    {"I02", "index", DAMAGED, SILENT_DROP, RESTORE},
    {"I03", "index", SUSPECT, UNSEEN, KEEP},
    {"I04", "index", DAMAGED, FSCK, RESTORE},
    {"I05", "index", DAMAGED, SILENT_DROP, RESTORE},
    {"I06", "index", DAMAGED, FSCK, RESTORE},
    {"I07", "index", DAMAGED, FSCK, RESTORE},
    {"I08", "index", DAMAGED, UNSEEN, RESTORE},
    {"I09", "index", DAMAGED,
     "users see wrong unread or deleted counts; Dovecot may log 'Seen "
     "counter wrong' and then fscks",
     RESYNC},
    {"I10", "index", DAMAGED, "searches for unread or deleted mails miss some", RESYNC},
    {"I11", "index", DAMAGED, FSCK, RESTORE},
    {"I12", "index", DAMAGED, UNSEEN, KEEP},
    {"I13", "index", DAMAGED, FSCK, RESTORE},
    {"I14", "index", DAMAGED, UNSEEN, KEEP},
    {"I15", "index", DAMAGED, UNSEEN, KEEP},
    {"I16", "index", DAMAGED, UNSEEN, KEEP},
    {"I17", "index", DAMAGED, "users see wrong keywords", KEEP},
    {"I18", "index", DAMAGED, "users see wrong sizes; quota is counted wrong", KEEP},
    {"I19", "index", DAMAGED,
     "Dovecot takes the extension for one that is not its own and starts "
     "a new one: what it held, such as modseqs, is lost without a line in the log",
     RESTORE},
    {"I20", "index", DAMAGED, UNSEEN, KEEP},
    {"L00", "unverified", UNVERIFIED, "none", UPDATE},
    {"L01", "log", DAMAGED, DROPLOG, RESYNC},
    {"L02", "log", DAMAGED, DROPLOG, RESYNC},
    {"L03", "log", DAMAGED, DROPLOG, RESYNC},
    {"L04", "log", DAMAGED, DROPLOG, RESYNC},
    {"L05", "log", DAMAGED, DROPLOG, RESYNC},
    {"L06", "log", SUSPECT, "a writer may be at work; else Dovecot cuts it off at the next write",
     "look again; " RESYNC},
    {"L07", "log", DAMAGED, UNREAD, KEEP},
    {"L08", "log", DAMAGED, DROPLOG, RESYNC},
    {"L09", "log", DAMAGED,
     "Dovecot has already given up this log and starts a new one at the "
     "next access",
     RESYNC},
    {"L10", "log", DAMAGED,
     "Dovecot logs a 'Log synchronization error', fscks and drops what does "
     "not fit",
     RESYNC},
    {"P01", "map", DAMAGED,
     "Dovecot logs 'mdbox map corrupted' and rebuilds the whole store of "
     "the user",
     "'doveadm force-resync' for the user, after a copy of storage/"},
    {"P02", "map", DAMAGED, "users get the wrong mail, or an error",
     "'doveadm force-resync' for the user, after a copy of storage/"},
    {"P03", "map", DAMAGED, UNSEEN, KEEP},
    {"T01", "list", DAMAGED,
     "Dovecot rebuilds the list index from the directories; mailboxes may "
     "be missing meanwhile",
     "remove dovecot.list.index* while the user is logged out"},
    {"T02", "list", DAMAGED, "mailboxes have a wrong name, or are missing",
     "remove dovecot.list.index* while the user is logged out"},
    {"T03", "list", DAMAGED, "STATUS may answer for another mailbox",
     "remove dovecot.list.index* while the user is logged out"},
    {"X01", "agreement", SUSPECT, UNSEEN, KEEP},
    {"X02", "agreement", DAMAGED,
     "Dovecot logs 'indexid changed' and builds the index anew from "
     "the log: modseqs and cached data are lost",
     RESTORE},
    {"X03", "agreement", DAMAGED,
     "Dovecot reads the log from the middle of a record: it fscks, "
     "and what the log had since is lost",
     RESYNC},
    {"X04", "agreement", DAMAGED, UNSEEN, RESYNC},
    {"X05", "agreement", DAMAGED,
     "Dovecot logs 'Lost log' and fscks: what only the log had is lost", RESYNC},
    {"X06", "agreement", DAMAGED,
     "Dovecot logs 'file size shrank', gives up the log and fscks: "
     "mails can be missing",
     RESYNC},
    {"X07", "agreement", DAMAGED,
     "Dovecot logs 'Lost log' and builds an index from what is left: "
     "mails or flags are missing",
     RESTORE},
    {"X08", "agreement", DAMAGED, "users see flags that nobody set", KEEP},
    {"X09", "agreement", DAMAGED, "users miss mails, or see expunged ones again", RESYNC},
    {"X10", "agreement", DAMAGED, UNSEEN, KEEP},
    {"X11", "agreement", DAMAGED, UNSEEN, KEEP},
    {"X12", "agreement", DAMAGED, "clients that resync by modseq miss changes", KEEP},
    {"X13", "agreement", DAMAGED, "nothing until a session needs the old log; then it fscks",
     "remove the .log.2 file while the user is logged out"},
    {"X14", "agreement", DAMAGED, "Dovecot unlinks the cache without a line in its log", NEWCACHE},
    {"X15", "agreement", DAMAGED, DROPCACHE, NEWCACHE},
    {"X16", "agreement", DAMAGED, DROPCACHE, NEWCACHE},
    {"X17", "agreement", DAMAGED, WRONGCACHE, NEWCACHE},
    {"X18", "agreement", DAMAGED, "users see wrong keywords", KEEP},
    {"X19", "agreement", DAMAGED, "clients that resync by modseq miss changes",
     "remove the .log.2 file while the user is logged out"},
};

static int compare(const void *name, const void *rule)
{
    return strcmp(name, ((const struct mailindex_rule *)rule)->name);
}

const struct mailindex_rule *mailindex_rule_find(const char *name)
{
    const struct mailindex_rule *rule =
        bsearch(name, rules, sizeof rules / sizeof rules[0], sizeof rules[0], compare);
    if (!rule)
        rule = mailindex_rule_of_store(name);
    if (!rule)
        rule = mailindex_rule_of_cyrus(name);
    return rule ? rule : mailindex_rule_of_baseline(name);
}

const struct mailindex_rule *mailindex_rules(size_t *count)
{
    *count = sizeof rules / sizeof rules[0];
    return rules;
}
