/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_RULES_H
#define PROBES_MAILINDEX_RULES_H

#include <stddef.h>

#include "probes/mailindex.h"

/*
 * What a mail index must hold to: a row a rule. The letter of the name is the place: I index, L
 * transaction log, C cache, X agreement of files, U uidlist, M maildir, D dbox, Y and Z
 * mailbox and database of Cyrus, B against what was known from before.
 */
struct mailindex_rule {
    const char *name;
    const char *kind;
    enum mailindex_verdict verdict;
    const char *effect, *repair;
};

/* NULL where there is none of that name. */
const struct mailindex_rule *mailindex_rule_find(const char *name);

/* Those of index files, in the order of their names; mailindex_rules_store.h has the others. */
const struct mailindex_rule *mailindex_rules(size_t *count);

#endif
