/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/alert_set.h"

#include <stdlib.h>
#include <string.h>

static enum severity take_severity(const struct labels **labels, struct arena *arena)
{
    enum severity severity = severity_from_name(labels_get(*labels, "severity"));
    if (severity == SEVERITY_NONE)
        return SEVERITY_WARNING;
    *labels = labels_with(arena, *labels, "severity", "");
    return severity;
}

void alert_set_add(struct alert_set *set, const char *name, const struct labels *labels,
                   const struct labels *annotations, double value, enum alert_state state,
                   int64_t active_at_ms)
{
    enum severity severity = take_severity(&labels, set->arena);
    set->at = arena_grow(set->arena, set->at, set->count, &set->room, sizeof *set->at);
    set->at[set->count++] = (struct alert){
        .name = arena_strdup(set->arena, name),
        .severity = severity,
        .state = state,
        .value = value,
        .active_at_ms = active_at_ms,
        .labels = labels_copy(set->arena, labels),
        .annotations = labels_copy(set->arena, annotations),
    };
}

static void add_list(struct alert_set *set, const char *name, const struct alert_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct active_alert *alert = &list->at[i];
        if (alert->clock.state == ALERT_PENDING || alert->clock.state == ALERT_FIRING)
            alert_set_add(set, name, alert->labels, alert->annotations, alert->value,
                          alert->clock.state, alert->clock.active_at_ms);
    }
}

void alert_set_add_run(struct alert_set *set, struct rule_run *run, const struct rule_set *rules)
{
    for (size_t i = 0; i < rules->group_count; i++)
        for (size_t j = 0; j < rules->groups[i].rule_count; j++)
            add_list(set, rules->groups[i].rules[j].name, &rule_run_state(run, i, j)->alerts);
}

static int by_name_and_labels(const struct alert *x, const struct alert *y)
{
    int order = strcmp(x->name, y->name);
    return order ? order : labels_compare(x->labels, y->labels);
}

int alert_by_identity(const void *a, const void *b)
{
    const struct alert *x = a, *y = b;
    int order = by_name_and_labels(x, y);
    return order ? order : (x->severity < y->severity) - (x->severity > y->severity);
}

/* One that fires counts before one that is pending, whatever their levels. */
static int by_identity_and_state(const void *a, const void *b)
{
    const struct alert *x = a, *y = b;
    int order = by_name_and_labels(x, y);
    if (!order)
        order = (x->state != ALERT_FIRING) - (y->state != ALERT_FIRING);
    return order ? order : alert_by_identity(a, b);
}

void alert_set_finish(struct alert_set *set, bool states_count)
{
    size_t kept = 0;
    if (!set->count)
        return;
    qsort(set->at, set->count, sizeof *set->at,
          states_count ? by_identity_and_state : alert_by_identity);
    for (size_t i = 0; i < set->count; i++)
        if (!kept || by_name_and_labels(&set->at[i - 1], &set->at[i]) != 0)
            set->at[kept++] = set->at[i];
    set->count = kept;
    qsort(set->at, kept, sizeof *set->at, alert_worst_first);
}
