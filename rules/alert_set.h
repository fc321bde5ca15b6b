/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_ALERT_SET_H
#define RULES_ALERT_SET_H

#include "core/alert.h"
#include "core/arena.h"
#include "rules/rule_run.h"

/* Alerts as those are told of them who know no rules. All of it lives in the arena. */
struct alert_set {
    struct arena *arena;
    struct alert *at;
    size_t count, room;
};

/*
 * Adds an alert of a rule: its labels (with alertname), without the severity, which is no part of
 * its identity. A severity of another name ("page"), or none, counts as a warning, so that no alert
 * goes unheard; the name then stays among the labels. Texts are copied.
 */
void alert_set_add(struct alert_set *set, const char *name, const struct labels *labels,
                   const struct labels *annotations, double value, enum alert_state state,
                   int64_t active_at_ms);

/* Those of a run that are pending or firing. */
void alert_set_add_run(struct alert_set *set, struct rule_run *run, const struct rule_set *rules);

/*
 * For qsort(3): by name, labels and level, the worst level first. What is equal by it is the same
 * alert.
 */
int alert_by_identity(const void *a, const void *b);

/*
 * Keeps one alert of each name and label set, and puts the worst first: the worst level there is,
 * or, where states count, the worst of those that fire before those that are pending.
 */
void alert_set_finish(struct alert_set *set, bool states_count);

#endif
