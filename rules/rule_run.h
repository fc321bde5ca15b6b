/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_RULE_RUN_H
#define RULES_RULE_RUN_H

#include "core/given.h"
#include "rules/alertstate.h"
#include "rules/rulefile.h"

/*
 * A rule set at work: its groups evaluated again and again, recorded series and those of alerts
 * (ALERTS, ALERTS_FOR_STATE) appended to a store, with a staleness marker where one of them is no
 * longer given. As Prometheus has it (rules/group.go); no clock is read.
 */
struct rule_run;

struct rule_run_options {
    struct promql_engine engine;
    const struct labels *external_labels; /* for templates; NULL: none */
    const char *external_url;             /* the same */
    /* Told what could not be made of a template's text, which does not fail its rule. May be NULL.
     */
    void (*note)(const struct rule_group *group, const struct rule *rule, const char *text,
                 void *arg);
    void *arg;
};

/* Both the rules and the store must outlive the run; options are copied, what they point to not. */
struct rule_run *rule_run_new(const struct rule_set *rules, struct store *store,
                              const struct rule_run_options *options);
void rule_run_free(struct rule_run **run);

/* Evaluates a group now, rule after rule; one that fails is told in its state, the rest goes on. */
void rule_run_group(struct rule_run *run, size_t group, int64_t t_ms);

/*
 * Evaluates, in their order, the groups that are due: a group's interval (else default_interval_ms)
 * has multiples of it in time, and it is evaluated once at or after each. Gives their number.
 */
size_t rule_run_due(struct rule_run *run, int64_t t_ms, int64_t default_interval_ms);

/* Makes all groups due the next time, whatever their intervals. */
void rule_run_hurry(struct rule_run *run);

/*
 * Goes on where another run over the same store stands, whose rules may be others (the files were
 * read anew): a rule of the same file, group, kind and name takes over alerts and series of its
 * predecessor; series that no rule gives any more end with the next evaluation. The old run is left
 * empty.
 */
void rule_run_take_over(struct rule_run *run, struct rule_run *old);

/* Within store_forget() of its store. */
void rule_run_follow(struct rule_run *run);

/* Moves the clocks of all alerts: see alert_list_shift(). Set back, all groups are due again. */
void rule_run_shift(struct rule_run *run, int64_t ms);

/*
 * The state of the nth rule (from 0) of that name and kind in a group, as a name for it that lives
 * longer than the run; NULL where there is none.
 */
struct rule_state *rule_run_find(struct rule_run *run, const char *file, const char *group,
                                 const char *name, bool is_alert, size_t nth);

/* How a rule stands since its group was evaluated. */
struct rule_state {
    bool failed;
    struct error error;       /* why, when it failed; series and alerts are then those before */
    struct alert_list alerts; /* of an alerting rule; alert_list_restore() may be used on it */
    size_t without_past;      /* see struct promql_value */
    struct given series;      /* that it gave, which end when it no longer does */
};

struct rule_state *rule_run_state(struct rule_run *run, size_t group, size_t rule);

/* Which of the rules of its name and kind in its group a rule is, from 0. */
size_t rule_nth(const struct rule_group *group, size_t rule);

#endif
