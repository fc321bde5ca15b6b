/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_JOB_H
#define AGENT_JOB_H

#include <uv.h>

#include "agent/intake.h"
#include "agent/link.h"
#include "agent/quarantine.h"
#include "agent/round.h"
#include "core/look.h"

/* How long a worker may take to leave once its round is done, and to name the targets there are. */
enum { JOB_LEAVE_MS = 500, JOB_LIST_MS = 300 };

enum job_state {
    JOB_POLLING, /* a worker makes the round */
    JOB_DYING,   /* it is lost: what becomes of the process is awaited */
    JOB_LEAVING, /* it is done: likewise */
    JOB_LISTING, /* the round was given up: a worker names the targets that there are */
    JOB_OVER,
};

/* One probe's round while it is under way, on the event loop. */
struct job {
    struct job *next; /* the dispatch's */
    uv_loop_t *loop;
    struct launch *launch;
    struct intake *intake;
    bool inputs; /* what is read is wanted too */
    uint32_t probe_index;
    const struct probe *probe;
    struct quarantine *quarantine; /* targets that are left out, and new ones; NULL: none */
    const char *settings;          /* what the probe is told, copied; NULL: nothing */
    int64_t target_ms;             /* that a target may take; 0: the probe's own deadline */
    const char *asked; /* the one target that one worker looks at, by the probe's ask(); the
                          caller's. NULL: a whole round */

    enum job_state state;
    struct round round;
    struct intake_source source;
    uint32_t worker; /* the number of the current one */
    struct link *link;
    uv_timer_t timer;
    bool second_look;         /* the deadline has passed; what came meanwhile is read once more */
    struct launch_event gone; /* what the launcher told, where the socket is not yet at its end */
    int64_t begun_ms, ended_ms;

    enum loss loss; /* of JOB_DYING */
    int64_t lost_ms;
    struct error why;

    const char **listed;
    size_t listed_count, listed_room;
};

/* Starts the first worker. end_ms: uv_now() when the time for the whole is over. */
void job_start(struct job *job, int64_t end_ms);

/* What the launcher tells of the job's worker; socket and log of LAUNCH_STARTED are the job's. */
void job_event(struct job *job, const struct launch_event *event, int socket, int log);

/* The time is over: the worker is killed, the rest of the targets named. */
void job_time_over(struct job *job);

/* Nothing is waited for any longer. */
void job_abandon(struct job *job, const char *why);

/*
 * What came of it, once it is over: the samples about the probe and its targets go into the intake,
 * the result's texts live in the intake's arena.
 */
void job_report(const struct job *job, struct probe_result *result);

/* Closes its handle; closed (which may be NULL) is called by the loop, with the job as its data. */
void job_close(struct job *job, uv_close_cb closed);
void job_free(struct job *job);

#endif
