/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_JUDGE_H
#define RULES_JUDGE_H

#include "rules/alert_set.h"
#include "rules/rule_eval.h"

/* Judging one look: judge.c goes through the rules, judge_alert.c takes their alerts. */

/* A recording rule whose past was too short, and of how many series. */
struct judge_short {
    const char *name;
    size_t series;
};

struct judge {
    const struct rule_set *rules;
    struct store *store;
    int64_t t_ms;
    struct arena *arena; /* of what is returned */
    struct judgement *out;
    struct alert_set alerts;
    size_t unjudged_room, finding_room;
    struct judge_short *shorts; /* recording rules whose past was too short */
    size_t short_count, short_room;
};

/* Adds the alerts of a rule's result; -EINVAL when two of them would be the same. */
int judge_add_alerts(struct judge *judge, const struct rule_eval *eval,
                     const struct promql_value *value, struct error *e);

/* Notes what went wrong with a rule. blind: the rule was not judged for it. */
void judge_finding(struct judge *judge, const struct rule_group *group, const struct rule *rule,
                   bool blind, const char *message);

#endif
