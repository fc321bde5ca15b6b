/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_RULES_CYRUS_H
#define PROBES_MAILINDEX_RULES_CYRUS_H

#include "probes/mailindex_rules.h"

/* Those of Cyrus: Y mailboxes, Z databases. As mailindex_rules() and mailindex_rule_find(). */
const struct mailindex_rule *mailindex_rules_of_cyrus(size_t *count);
const struct mailindex_rule *mailindex_rule_of_cyrus(const char *name);

#endif
