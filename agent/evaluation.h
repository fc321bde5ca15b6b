/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_EVALUATION_H
#define AGENT_EVALUATION_H

#include "agent/seen.h"
#include "rules/alert_set.h"

/*
 * The tick: what the probes saw goes into the store as samples of one moment, then the rules that
 * are due judge. No clock is read and nothing waits here.
 */
struct evaluation {
    struct store *store;
    struct given given; /* series that probes and the agent itself give */
    int64_t interval_ms;
    struct arena *rules_arena; /* external labels */
    struct rule_set *rules;
    struct rule_run *run;
    bool first;      /* no tick yet since the store was filled from the history */
    int64_t tick_ms; /* of the last tick; INT64_MIN: none */
    size_t failed;   /* rules that could not be evaluated then */
    struct arena *arena;
    struct alert_set alerts; /* after the last tick: pending and firing, the worst first */
};

/* The store is the caller's and must outlive it. */
void evaluation_init(struct evaluation *evaluation, struct store *store);
void evaluation_free(struct evaluation *evaluation);

/*
 * Judges by these rules from the next tick on, which are the evaluation's from now on; alerts of
 * rules that are still there go on. interval_ms is that of groups without one of their own.
 */
void evaluation_set_rules(struct evaluation *evaluation, struct rule_set *rules,
                          const struct labels *external_labels, int64_t interval_ms);

/*
 * How far ticks must be apart at most: the interval, or less where groups ask for more; all
 * intervals are multiples of it.
 */
int64_t evaluation_step_ms(const struct evaluation *evaluation);

/* A tick at t_ms, later than the last one, over what was seen (NULL where nothing was). */
void evaluation_tick(struct evaluation *evaluation, int64_t t_ms, const struct seen *const *seen,
                     size_t count);

/* All rules judge at the next tick, whatever their groups' intervals. */
void evaluation_hurry(struct evaluation *evaluation);

/* The wall clock went on by so much that nobody lived through, or went back: see timeline_read().
 */
void evaluation_jump(struct evaluation *evaluation, int64_t jump_ms, int64_t now_ms);

/*
 * Forgets series without samples when there are many, so that memory does not grow with all label
 * sets ever seen; true: it did, and series have other ids. Between two ticks, not while the store's
 * journal has something.
 */
bool evaluation_forget(struct evaluation *evaluation);

/* Samples about the evaluation itself; the batch's probe is self_probe. */
void evaluation_report(const struct evaluation *evaluation, struct batch *batch);

#endif
