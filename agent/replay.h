/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_REPLAY_H
#define AGENT_REPLAY_H

#include "agent/notify.h"
#include "agent/recording.h"
#include "rules/rules.h"

/*
 * A recording, run through probes, store and rules on a clock of its own, tick by tick as an agent
 * would have lived through it: each probe at its interval, and at once when an array or the disks
 * change; rules on the minute (every four where nothing has changed for an hour); time in which
 * nobody recorded does not count.
 */
struct replay_options {
    struct recording *recording; /* just opened */
    struct rule_set *rules;      /* the replay's from now on */
    struct notify_config notify; /* which events there are to be */
    int64_t interval_ms;         /* from tick to tick */

    /* Told of each tick's events, the worst alerts first. */
    void (*tell)(void *arg, const struct notify_event *events, size_t count);
    /* Told of all alerts of each tick, as the agent's herald is (herald.h). May be NULL. */
    void (*judged)(void *arg, const char *host, const struct alert *alerts, size_t count,
                   int64_t t_ms);
    /* How far it is, from 0 to 1, now and then; false: it is to end. May be NULL. */
    bool (*go_on)(void *arg, double part);
    void *arg;
};

struct replay_result {
    const char *host; /* the arena's */
    int64_t from_ms, to_ms;
    uint64_t looks, ticks;
    int64_t blind_ms;    /* in between, in which nothing was recorded */
    struct error broken; /* where the recording breaks off; code 0: it does not */
};

/* Texts of the result live in the arena. */
int replay_run(const struct replay_options *options, struct arena *arena,
               struct replay_result *result, struct error *e);

#endif
