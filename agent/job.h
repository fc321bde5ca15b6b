/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_JOB_H
#define AGENT_JOB_H

#include <uv.h>

#include "agent/link.h"
#include "agent/round.h"
#include "agent/supervise.h"

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
    uv_loop_t *loop;
    struct launch *launch;
    struct intake *intake;
    uint32_t probe_index;
    const struct probe *probe;

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

void job_close(struct job *job); /* its handles; the loop has to run for that */
void job_free(struct job *job);

#endif
