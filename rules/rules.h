/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_RULES_H
#define RULES_RULES_H

#include "core/look.h"
#include "core/store.h"

/* A text in a rule file's format and the name that errors give it. */
struct rule_source {
    const char *name;
    const char *text;
    size_t length;
};

/* The default rules, built in. */
extern const struct rule_source rules_default[];
extern const size_t rules_default_count;

struct rule_set;

/*
 * Reads rule files. All errors of all sources are told through report, one text each,
 * "FILE:LINE:COLUMN: what" and, for an expression, the line itself and a caret below; -EINVAL when
 * there was any, and then *rules is NULL.
 */
int rule_set_load(const struct rule_source *sources, size_t count,
                  void (*report)(const char *text, void *arg), void *arg, struct rule_set **rules);
void rule_set_free(struct rule_set **rules);

struct judgement {
    struct alert *alerts;
    size_t alert_count;
    struct unjudged *unjudged;
    size_t unjudged_count;
    struct finding *findings;
    size_t finding_count;
};

/*
 * Judges one look: evaluates all groups in their order at time t_ms, recording rules into the
 * store, and gives the alerts that hold, the worst level of each name and label set only, the worst
 * first. An alert counts whatever its `for:` (state pending where it has one). A rule that looks
 * back (a range, an offset, a subquery) over series that have a single sample is listed as not
 * judged, and so is one that reads recordings which do. A rule that fails is a finding of probe
 * "rules" and the rest goes on. Everything returned lives in the arena.
 */
void rule_set_judge(const struct rule_set *rules, struct store *store, int64_t t_ms,
                    struct arena *arena, struct judgement *judgement);

#endif
