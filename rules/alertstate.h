/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_ALERTSTATE_H
#define RULES_ALERTSTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/alert.h"
#include "core/arena.h"
#include "core/error.h"
#include "core/labels.h"

/*
 * What becomes of alerts from one evaluation of their rule to the next, as Prometheus has it
 * (rules/alerting.go). No clock is read here: all times are those of the evaluations.
 */

#define ALERT_NEVER INT64_MIN

enum { ALERT_RESOLVED_RETENTION_MS = 15 * 60 * 1000 };

/* What a rule says of time. */
struct alert_timing {
    int64_t for_ms, keep_firing_for_ms;
};

/* Where one alert stands; what has not come yet is ALERT_NEVER. */
struct alert_clock {
    enum alert_state state;
    int64_t active_at_ms;         /* since when the expression holds */
    int64_t fired_at_ms;          /* when it began to fire */
    int64_t keep_firing_since_ms; /* since when it fires on though the expression does not hold */
    int64_t resolved_at_ms;       /* when it ceased to fire */
};

extern const struct alert_clock alert_clock_start;

/*
 * Takes a clock over an evaluation at t_ms, at which the expression holds or does not. True when
 * the alert is pending or firing then; one that is inactive is to be forgotten.
 */
bool alert_clock_step(struct alert_clock *clock, const struct alert_timing *timing, bool holds,
                      int64_t t_ms);

/* An alert of a rule: as an evaluation gives it (the clock unused), and as it is remembered. */
struct active_alert {
    const struct labels *labels; /* with alertname and all of the rule's labels */
    const struct labels *annotations;
    double value;
    struct alert_clock clock;
};

/* The alerts of one rule, by their labels, resolved ones too. Zero it to start. */
struct alert_list {
    struct arena *arena;
    struct active_alert *at;
    size_t count, room;
};

void alert_list_free(struct alert_list *list);

/*
 * Takes the list over an evaluation at t_ms that found these alerts; they are copied, and sorted by
 * labels. -EINVAL when two of them are the same, and then the list stays as it is; -E2BIG when more
 * than limit (0: none) are active, and then the list is emptied, as upstream does.
 */
int alert_list_update(struct alert_list *list, const struct alert_timing *timing, int64_t limit,
                      struct active_alert *found, size_t count, int64_t t_ms, struct error *e);

/*
 * Time went by in which nobody watched (the host was suspended, the agent did not run), or the wall
 * clock was set: all times of the clocks are moved by so many milliseconds, so that what counts is
 * the time that was watched.
 */
void alert_list_shift(struct alert_list *list, int64_t ms);

/* Puts an alert into the list as it was remembered, in the place of one of the same labels. */
void alert_list_restore(struct alert_list *list, const struct active_alert *alert);

#endif
