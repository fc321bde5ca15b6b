/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_RULEFILE_H
#define RULES_RULEFILE_H

#include "rules/promql.h"
#include "rules/rules.h"
#include "rules/template.h"

/*
 * Rules as rule_set_load() reads them, of the format that
 * https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/ describes. All of it
 * lives in the set's arena.
 */

enum { RULE_FILE_MAX_RULES = 50 * 1000 }; /* in one file */

/* A label or annotation: a template in an alerting rule, as it stands in a recording rule. */
struct rule_pair {
    const char *name, *text;
    struct template *template; /* NULL: text is meant as it is */
};

struct rule {
    bool is_alert;
    const char *name; /* alert or record */
    struct expr *expr;
    int64_t for_ms, keep_firing_for_ms;
    struct rule_pair *labels, *annotations; /* labels: the group's too, where not its own */
    size_t label_count, annotation_count;
    size_t line; /* in the file, from 1 */
};

struct rule_group {
    const char *file, *name;
    int64_t interval_ms;     /* 0: the default */
    int64_t query_offset_ms; /* 0: none */
    int64_t limit;           /* of series or alerts that a rule may give; 0: none */
    struct rule *rules;
    size_t rule_count;
};

struct rule_set {
    struct arena *arena;
    struct rule_group *groups;
    size_t group_count, group_room;
};

#endif
