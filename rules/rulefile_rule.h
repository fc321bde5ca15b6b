/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_RULEFILE_RULE_H
#define RULES_RULEFILE_RULE_H

#include "rules/rulefile.h"
#include "rules/yaml.h"

/* Reading what stands below a group; rulefile.c reads files and groups. Errors are reported. */

enum rule_pairs_kind {
    RULE_PAIRS_PLAIN_LABELS, /* of a group or recording rule */
    RULE_PAIRS_LABELS,       /* of an alerting rule: templates */
    RULE_PAIRS_ANNOTATIONS   /* templates */
};

struct rule_pairs {
    struct rule_pair *at;
    size_t count, room;
};

/* Reads a mapping of names to texts into the arena; node may be NULL. */
void rulefile_read_pairs(struct yaml_file *file, const yaml_node_t *node, enum rule_pairs_kind kind,
                         struct arena *arena, struct rule_pairs *pairs);

/* Reads a duration that may be absent. */
void rulefile_read_duration(struct yaml_file *file, const struct yaml_text *text, const char *what,
                            int64_t *ms);

/* Reads a rule; group_labels are those it takes over where it has none of that name. */
void rulefile_read_rule(struct yaml_file *file, const yaml_node_t *node,
                        const struct rule_pairs *group_labels, struct arena *arena,
                        struct rule *rule);

#endif
