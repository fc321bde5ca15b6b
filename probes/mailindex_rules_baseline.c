/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_rules_baseline.h"

#include <stdlib.h>
#include <string.h>

#define DAMAGED MAILINDEX_DAMAGED
#define SUSPECT MAILINDEX_SUSPECT
#define CHURN   MAILINDEX_CHURN

/* What is safe to do. */
#define KEEP                                                                                       \
    "keep a copy of the files and compare with a backup or replica of the time of the baseline; "  \
    "check the disk and the way to it"
#define RESTORE_MAIL                                                                               \
    "restore the file from a backup or replica; check the disk and the way to it: nothing ever "   \
    "writes to a mail again"
#define NEW_CACHE                                                                                  \
    "remove dovecot.index.cache while the user is logged out; 'doveadm index' fills it again; "    \
    "check the disk and the way to it"
#define OLDER                                                                                      \
    "if a backup was restored, nothing; else restore what is missing, and check that locks "       \
    "work between the hosts"
#define UNSEEN "the server does not see it and serves what is there"

static const struct mailindex_rule rules[] = {
    {"B0", "index", SUSPECT, "Dovecot makes it anew from the log, if that has all of it", KEEP},
    {"B1", "index", DAMAGED, UNSEEN, KEEP},
    {"B10", "uidlist", DAMAGED, "replication confuses mails", KEEP},
    {"B11", "uidlist", DAMAGED, "another mail is served under this uid, from clients' caches too",
     KEEP},
    {"B12", "uidlist", SUSPECT,
     "uids are given twice: clients show another mail than the one "
     "they ask for",
     OLDER},
    {"B13", "rot", DAMAGED, "users get a mail whose content is not what was delivered",
     RESTORE_MAIL},
    {"B14", "rot", DAMAGED, "users get mails whose content is not what was delivered",
     RESTORE_MAIL},
    {"B15", "rot", DAMAGED, "users get a mail whose content is not what was delivered",
     RESTORE_MAIL},
    {"B16", "index", DAMAGED, UNSEEN, KEEP},
    {"B17", "rot", DAMAGED, "users get a mail whose content is not what was delivered",
     RESTORE_MAIL},
    {"B18", "rot", DAMAGED, UNSEEN,
     "restore the file from a backup or replica of the time of the baseline, or let the server "
     "make it anew; check the disk and the way to it"},
    {"B19", "maildir", DAMAGED, "mails have another keyword, or none", KEEP},
    {"B2", "agreement", CHURN,
     "it is as after a backup was restored: nothing of it is damaged, "
     "what came later is missing",
     "none is needed if a backup was restored"},
    {"B20", "list", SUSPECT,
     "it is made anew; a new mailbox may get a UIDVALIDITY that another one had",
     "none is needed; check the disk and the way to it"},
    {"B3", "log", SUSPECT,
     "it is as after a backup was restored and written to, or as after "
     "two writers without a lock",
     OLDER},
    {"B5", "index", CHURN, "the index was made anew, or that of a backup was restored",
     "none is needed if somebody did that"},
    {"B6", "log", DAMAGED, UNSEEN, KEEP},
    {"B7", "log", SUSPECT, "changes that were written are gone", OLDER},
    {"B8", "log", DAMAGED, "nothing until a session needs the old log", KEEP},
    {"B9", "cache", DAMAGED,
     "users see what is cached: headers, sizes or structure that are not "
     "those of the mail",
     NEW_CACHE},
};

static int compare(const void *name, const void *rule)
{
    return strcmp(name, ((const struct mailindex_rule *)rule)->name);
}

const struct mailindex_rule *mailindex_rule_of_baseline(const char *name)
{
    return bsearch(name, rules, sizeof rules / sizeof *rules, sizeof *rules, compare);
}

const struct mailindex_rule *mailindex_rules_of_baseline(size_t *count)
{
    *count = sizeof rules / sizeof *rules;
    return rules;
}
