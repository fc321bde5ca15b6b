/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_DISPATCH_H
#define AGENT_DISPATCH_H

#include <uv.h>

#include "agent/job.h"
#include "agent/relay.h"

struct teller; /* teller.h */

/*
 * The launcher on the event loop: what it tells goes to the job whose worker it is about, what it
 * logs goes to the log.
 */
struct dispatch {
    struct launch *launch;
    struct quarantine *quarantine; /* what is told of its workers; NULL: nobody asks */
    struct job *jobs;              /* those that are under way, linked by next */
    struct teller *tellers;        /* linked by next */
    uv_poll_t orders, log;
    struct relay relay;
};

/* launch is started; dispatch must stay where it is until dispatch_close() and a turn of the loop.
 */
void dispatch_open(struct dispatch *dispatch, uv_loop_t *loop, struct launch *launch,
                   struct quarantine *quarantine);
void dispatch_close(struct dispatch *dispatch);

/* From job_start() on, until the job is over. Jobs are the caller's. */
void dispatch_add(struct dispatch *dispatch, struct job *job);
void dispatch_remove(struct dispatch *dispatch, const struct job *job);

/* For as long as the dispatch is open. */
void dispatch_add_teller(struct dispatch *dispatch, struct teller *teller);

/* Nothing of what is under way is waited for any longer. */
void dispatch_abandon(struct dispatch *dispatch, const char *why);

/* Whether the launcher is there; without it no job can be started any more. */
bool dispatch_works(const struct dispatch *dispatch);

#endif
