/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_rules_cyrus.h"

#include <stdlib.h>
#include <string.h>

#define DAMAGED    MAILINDEX_DAMAGED
#define SUSPECT    MAILINDEX_SUSPECT
#define UNVERIFIED MAILINDEX_UNVERIFIED

/* What is safe to do. */
#define RECONSTRUCT                                                                                \
    "keep a copy of cyrus.index, cyrus.header and cyrus.cache; restore them from a replica or "    \
    "backup of the same time, or 'reconstruct' the mailbox (what only the index had, such as "     \
    "flags, may go)"
#define RECONSTRUCT_CACHE                                                                          \
    "keep a copy of cyrus.cache, then 'reconstruct' the mailbox ('-n' shows nothing of it): it "   \
    "is made anew from the mails"
#define RESTORE_MAIL                                                                               \
    "restore the file from a replica or backup; before that no 'reconstruct -G', which would "     \
    "take the broken mail for the right one"
#define RESTORE_DB                                                                                 \
    "stop Cyrus, keep a copy of the file, then restore it from <configdirectory>/db.backup*, a "   \
    "backup or a replica ('cyr_dbtool ... consistent' does not look at keys and values)"
#define REFUSED "Cyrus refuses to open the mailbox: 'Mailbox format corruption detected'"

static const struct mailindex_rule rules[] = {
    {"Y01", "index", UNVERIFIED, "nothing: it is only not known here", "none is needed"},
    {"Y02", "index", DAMAGED, "Cyrus refuses to open the mailbox: 'Mailbox has an invalid format'",
     RECONSTRUCT},
    {"Y03", "index", DAMAGED, REFUSED, RECONSTRUCT},
    {"Y04", "index", DAMAGED,
     "Cyrus logs 'refreshing index failed' and refuses to open the mailbox", RECONSTRUCT},
    {"Y05", "index", SUSPECT,
     "Cyrus writes over it with the next mail; if the header is an old "
     "one, mails are missing",
     RECONSTRUCT},
    {"Y06", "index", DAMAGED, "clients miss mails or changes, or mix up mails", RECONSTRUCT},
    {"Y07", "index", DAMAGED, REFUSED " when it comes to that mail", RECONSTRUCT},
    {"Y08", "index", DAMAGED,
     "Cyrus logs 'Header CRC mismatch' and goes on: rights or names of "
     "flags may be wrong",
     RECONSTRUCT},
    {"Y09", "index", DAMAGED, "Cyrus cannot open the mailbox", RECONSTRUCT},
    {"Y10", "mail", DAMAGED, "the mail is listed and cannot be read", RESTORE_MAIL},
    {"Y11", "mail", DAMAGED, "users get a mail whose content is not what was delivered",
     RESTORE_MAIL},
    {"Y12", "cache", DAMAGED, "Cyrus logs 'cache entry truncated' and parses the mail each time",
     RECONSTRUCT_CACHE},
    {"Y13", "cache", DAMAGED,
     "Cyrus logs 'invalid cache record' and parses the mail each time; "
     "reconstruct -n shows nothing",
     RECONSTRUCT_CACHE},
    {"Y14", "index", DAMAGED,
     "part of the index is older than the rest: users see wrong counts, "
     "old flags, or miss mails; quota is counted wrong",
     RECONSTRUCT},
    {"Y15", "agreement", DAMAGED,
     "part of the index or the names of flags are older than the "
     "rest; replication copies the whole mailbox",
     RECONSTRUCT},
    {"Y16", "agreement", SUSPECT, "users do not see these mails; the index may be an old one",
     "if no delivery was under way: 'reconstruct' the mailbox adds them"},
    {"Y17", "agreement", SUSPECT, "none, if the mails lie on another partition",
     "name imapd.conf, so that it is known where they are; else restore them from a backup"},
    {"Y18", "cache", DAMAGED,
     "index and cache are of different times: cached headers may be "
     "those of other mails",
     RECONSTRUCT_CACHE},
    {"Y19", "index", DAMAGED, "Cyrus cannot open the mailbox", RECONSTRUCT},
    {"Y20", "agreement", SUSPECT, "none; 'reconstruct' would bring them back as new mails",
     "look at the files: they may be left over from mails that were expunged"},
    {"Z01", "database", DAMAGED, "Cyrus cannot open the database", RESTORE_DB},
    {"Z02", "database", SUSPECT,
     "Cyrus recovers it when it next opens it: the change that was "
     "begun is lost",
     "none is needed"},
    {"Z03", "database", DAMAGED, "Cyrus recovers what it can find: the rest is lost", RESTORE_DB},
    {"Z04", "database", SUSPECT,
     "Cyrus cuts it off when it next opens it; if the header is an "
     "old one, changes are lost",
     RESTORE_DB},
    {"Z05", "database", DAMAGED, "Cyrus fails whenever it comes to that record", RESTORE_DB},
    {"Z06", "database", DAMAGED,
     "Cyrus fails when it reads that record, and sees it in lists "
     "as it is",
     RESTORE_DB},
    {"Z07", "database", DAMAGED, "records are not found, though they are there", RESTORE_DB},
    {"Z08", "database", UNVERIFIED, "nothing: it is only not verified",
     "'cyr_dbtool ... consistent' while Cyrus is stopped"},
};

static int compare(const void *name, const void *rule)
{
    return strcmp(name, ((const struct mailindex_rule *)rule)->name);
}

const struct mailindex_rule *mailindex_rule_of_cyrus(const char *name)
{
    return bsearch(name, rules, sizeof rules / sizeof *rules, sizeof *rules, compare);
}

const struct mailindex_rule *mailindex_rules_of_cyrus(size_t *count)
{
    *count = sizeof rules / sizeof *rules;
    return rules;
}
