/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/alertstate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct alert_clock alert_clock_start = {ALERT_INACTIVE, ALERT_NEVER, ALERT_NEVER, ALERT_NEVER,
                                              ALERT_NEVER};

/*
 *  state     expression  and                                        then      and keeps
 *  --------  ----------  -----------------------------------------  --------  -------------------
 *  inactive  holds       for is 0                                   firing    active_at, fired_at
 *  inactive  holds       for is more                                pending   active_at
 *  inactive  does not                                               inactive
 *  pending   holds       t - active_at <  for                       pending
 *  pending   holds       t - active_at >= for                       firing    fired_at
 *  pending   does not                                               inactive
 *  firing    holds                                                  firing    no keep_firing_since
 *  firing    does not    keep_firing_for is 0                       resolved  resolved_at
 *  firing    does not    t - keep_firing_since <  keep_firing_for   firing    keep_firing_since
 *  firing    does not    t - keep_firing_since >= keep_firing_for   resolved  resolved_at
 *  resolved  holds       as if it were inactive: a new alert
 *  resolved  does not    t - resolved_at <= 15 minutes              resolved
 *  resolved  does not    t - resolved_at >  15 minutes              inactive
 *
 * keep_firing_since is the first evaluation at which the expression did not hold any more. An alert
 * that is resolved is remembered for a while so that those who are told of it cannot miss it.
 */
static void step_holds(struct alert_clock *clock, const struct alert_timing *timing, int64_t t_ms)
{
    if (clock->state == ALERT_INACTIVE || clock->state == ALERT_RESOLVED) {
        *clock = alert_clock_start;
        clock->state = ALERT_PENDING;
        clock->active_at_ms = t_ms;
    }
    clock->keep_firing_since_ms = ALERT_NEVER;
    if (clock->state == ALERT_PENDING && t_ms - clock->active_at_ms >= timing->for_ms) {
        clock->state = ALERT_FIRING;
        clock->fired_at_ms = t_ms;
    }
}

static bool keeps_firing(struct alert_clock *clock, const struct alert_timing *timing, int64_t t_ms)
{
    if (timing->keep_firing_for_ms <= 0)
        return false;
    if (clock->keep_firing_since_ms == ALERT_NEVER)
        clock->keep_firing_since_ms = t_ms;
    return t_ms - clock->keep_firing_since_ms < timing->keep_firing_for_ms;
}

static void step_gone(struct alert_clock *clock, const struct alert_timing *timing, int64_t t_ms)
{
    switch (clock->state) {
    case ALERT_INACTIVE:
        break;
    case ALERT_PENDING:
        *clock = alert_clock_start;
        break;
    case ALERT_FIRING:
        if (keeps_firing(clock, timing, t_ms))
            break;
        clock->state = ALERT_RESOLVED;
        clock->resolved_at_ms = t_ms;
        break;
    case ALERT_RESOLVED:
        if (t_ms - clock->resolved_at_ms > ALERT_RESOLVED_RETENTION_MS)
            *clock = alert_clock_start;
        break;
    }
}

bool alert_clock_step(struct alert_clock *clock, const struct alert_timing *timing, bool holds,
                      int64_t t_ms)
{
    (holds ? step_holds : step_gone)(clock, timing, t_ms);
    return clock->state == ALERT_PENDING || clock->state == ALERT_FIRING;
}

void alert_list_free(struct alert_list *list)
{
    arena_free(&list->arena);
    *list = (struct alert_list){0};
}

static int by_labels(const void *a, const void *b)
{
    return labels_compare(((const struct active_alert *)a)->labels,
                          ((const struct active_alert *)b)->labels);
}

static struct active_alert copy_alert(struct arena *arena, const struct active_alert *alert)
{
    struct active_alert copy = *alert;
    copy.labels = labels_copy(arena, alert->labels);
    copy.annotations = labels_copy(arena, alert->annotations);
    return copy;
}

/* An empty list with room; what is kept of the old one is copied, so that memory stays bounded. */
static struct alert_list new_list(size_t room)
{
    struct alert_list list = {.arena = arena_new(), .room = room + 1};
    list.at = ARENA_ARRAY(list.arena, struct active_alert, room + 1);
    return list;
}

/* One label set's way over the evaluation: known before, found now, or both. */
static bool step_alert(struct alert_list *next, const struct active_alert *known,
                       const struct active_alert *found, const struct alert_timing *timing,
                       int64_t t_ms)
{
    struct active_alert alert = found ? *found : *known;
    alert.clock = known ? known->clock : alert_clock_start;
    bool active = alert_clock_step(&alert.clock, timing, found, t_ms);
    if (alert.clock.state != ALERT_INACTIVE)
        next->at[next->count++] = copy_alert(next->arena, &alert);
    return active;
}

/* Goes through what was known and what was found, both in the order of their labels. */
static size_t step_all(struct alert_list *next, const struct alert_list *known,
                       const struct active_alert *found, size_t count,
                       const struct alert_timing *timing, int64_t t_ms)
{
    size_t k = 0, f = 0, active = 0;
    while (k < known->count || f < count) {
        int order = k == known->count ? 1 : f == count ? -1 : by_labels(&known->at[k], &found[f]);
        active += step_alert(next, order <= 0 ? &known->at[k] : NULL, order >= 0 ? &found[f] : NULL,
                             timing, t_ms);
        k += order <= 0;
        f += order >= 0;
    }
    return active;
}

int alert_list_update(struct alert_list *list, const struct alert_timing *timing, int64_t limit,
                      struct active_alert *found, size_t count, int64_t t_ms, struct error *e)
{
    if (!count && !list->count)
        return 0;
    if (count)
        qsort(found, count, sizeof *found, by_labels);
    for (size_t i = 1; i < count; i++)
        if (labels_equal(found[i - 1].labels, found[i].labels))
            return error_set(e, -EINVAL, "two of its alerts have the same labels");

    struct alert_list next = new_list(list->count + count);
    size_t active = step_all(&next, list, found, count, timing, t_ms);
    alert_list_free(list);
    *list = next;
    if (limit <= 0 || active <= (size_t)limit)
        return 0;
    alert_list_free(list);
    return error_set(e, -E2BIG, "it gives %zu alerts, the group's limit is %lld", active,
                     (long long)limit);
}

static void shift(int64_t *t_ms, int64_t ms)
{
    if (*t_ms != ALERT_NEVER)
        *t_ms += ms;
}

void alert_list_shift(struct alert_list *list, int64_t ms)
{
    for (size_t i = 0; i < list->count; i++) {
        struct alert_clock *clock = &list->at[i].clock;
        shift(&clock->active_at_ms, ms);
        shift(&clock->fired_at_ms, ms);
        shift(&clock->keep_firing_since_ms, ms);
        shift(&clock->resolved_at_ms, ms);
    }
}

void alert_list_restore(struct alert_list *list, const struct active_alert *alert)
{
    size_t place = 0;
    if (!list->arena)
        *list = new_list(0);
    while (place < list->count && by_labels(&list->at[place], alert) < 0)
        place++;
    if (place == list->count || by_labels(&list->at[place], alert) != 0) {
        list->at = arena_grow(list->arena, list->at, list->count, &list->room, sizeof *list->at);
        memmove(&list->at[place + 1], &list->at[place], (list->count - place) * sizeof *list->at);
        list->count++;
    }
    list->at[place] = copy_alert(list->arena, alert);
}
