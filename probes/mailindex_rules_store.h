/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_RULES_STORE_H
#define PROBES_MAILINDEX_RULES_STORE_H

#include "probes/mailindex_rules.h"

/* The part of mailindex_rules.h that holds an index against the store: uidlist, maildir, dbox. */
const struct mailindex_rule *mailindex_rule_of_store(const char *name);
const struct mailindex_rule *mailindex_rules_of_store(size_t *count);

#endif
