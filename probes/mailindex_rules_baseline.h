/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_RULES_BASELINE_H
#define PROBES_MAILINDEX_RULES_BASELINE_H

#include "probes/mailindex_rules.h"

/* B: against what was known from before. As mailindex_rules() and mailindex_rule_find(). */
const struct mailindex_rule *mailindex_rules_of_baseline(size_t *count);
const struct mailindex_rule *mailindex_rule_of_baseline(const char *name);

#endif
