/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_WATCH_H
#define AGENT_WATCH_H

#include "agent/configuration.h"
#include "agent/dispatch.h"
#include "agent/seen.h"

/*
 * One probe under watch: its rounds, one after the other, on the event loop. A round takes a worker
 * process of its own, so that no memory and no fault outlives it. Rounds come at the configured
 * interval, a little earlier or later each time so that hosts and probes do not keep step.
 */
struct watch {
    uv_loop_t *loop;
    struct dispatch *dispatch;
    const struct probe *probe;
    uint32_t probe_index;
    struct config_probe config; /* its json is the watch's own */
    uv_timer_t timer;           /* of the next round */
    uv_timer_t end;             /* when the time for the whole round is over */
    struct job *job;            /* the round under way, NULL: none */
    struct seen *coming;        /* what it has seen so far */
    struct seen *seen;          /* the last whole round; NULL: none yet */
    bool again;                 /* another round was asked for meanwhile */
    bool hurry;                 /* the next round to begin is for what was just told */
    bool hurried;               /* so was the one under way */
    bool urgent;                /* and such a one is over: see watch_take_urgent() */
};

/* The watch must stay where it is until watch_close() and a turn of the loop. */
void watch_open(struct watch *watch, uv_loop_t *loop, struct dispatch *dispatch,
                const struct probe *probe, uint32_t probe_index, const struct config_probe *config);
void watch_close(struct watch *watch);

/* Other settings count from the next round on; a probe that is switched off is forgotten. */
void watch_configure(struct watch *watch, const struct config_probe *config);

/* Starts a round at once, or after the one under way. */
void watch_look(struct watch *watch);

/* The same because something just happened: what is seen is to be judged out of turn. */
void watch_look_urgently(struct watch *watch);

/* Whether a round that was to be judged out of turn has ended since this was asked last. */
bool watch_take_urgent(struct watch *watch);

/* To be called once a turn of the loop: true when a round has come to its end since. */
bool watch_turn(struct watch *watch);

/* The last whole round, else what a first one has seen so far; NULL: nothing. */
const struct seen *watch_seen(const struct watch *watch);

#endif
