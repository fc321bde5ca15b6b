/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_LAUNCH_H
#define AGENT_LAUNCH_H

#include <stdint.h>
#include <sys/types.h>

#include "exporters/exporter.h"
#include "probes/probe.h"

/*
 * The launcher: a small process forked off before the agent has a loop, threads or a network. It
 * alone keeps the rights that the agent was started with. It takes orders of fixed size, starts and
 * kills workers, reaps them, and tells what became of them; it reads nothing that a worker says.
 */
struct launch_config {
    const char *program;               /* what runs a probe; NULL: forewarn-NAME (core/program.h) */
    const struct probe *const *probes; /* NULL at the end; orders name them by their index */
    const struct exporter *const *exporters; /* the same, numbered on; NULL: there are none */
    const char *exporter_state; /* the directory that exporters may keep things in; NULL: none */
    const char *probe_state;    /* the same for probes */
    int root_fd;                /* the directory that workers look at */
    const char *root_path;      /* its name, for texts */
    bool root_is_live;
    bool privileged; /* the caller is root and may hand out capabilities; else workers have its
                        rights as they are */
};

/* How many workers there may be at a time, those that survive SIGKILL included. */
enum { LAUNCH_MAX_WORKERS = 64 };

/* How long a process may take to die of SIGKILL before it counts as stuck in the kernel. */
enum { LAUNCH_STUCK_MS = 500 };

/* The agent's end. */
struct launch {
    pid_t pid;
    int orders;           /* SOCK_SEQPACKET, non-blocking: readable when there is an event */
    int log;              /* what the launcher itself writes to standard error */
    uint32_t last_worker; /* workers are numbered and a number is not used again */
};

enum launch_event_what {
    LAUNCH_STARTED, /* socket and log are the agent's ends of the worker's descriptors */
    LAUNCH_FAILED,  /* could not be started: status is a negative errno */
    LAUNCH_GONE,    /* nothing is left of the worker, or it is stuck */
    LAUNCH_FREED,   /* of one that was said to be stuck nothing is left after all */
};

struct launch_event {
    uint32_t what;
    uint32_t worker;
    int32_t status; /* as of waitpid(2); of a stuck worker that of SIGKILL */
    /* Of a process that survives SIGKILL: the worker itself or one that it started. Else 0. */
    int32_t stuck_pid;
    char stuck_name[16];  /* its comm */
    char stuck_where[48]; /* the kernel function it sleeps in, "" where not known */
    char stuck_state;     /* D, t, ...; 0 where not known */
};

/*
 * Forks the launcher off; before the process' first event loop, as libuv's fork handler would later
 * close descriptors in each process that the launcher forks.
 */
int launch_start(const struct launch_config *config, struct launch *launch, struct error *e);

/*
 * The same with a launcher that somebody else starts for each connection to this socket
 * (launcher_service.h); it has a log of its own.
 */
int launch_connect(const char *path, struct launch *launch, struct error *e);

/* The number of the first exporter. */
uint32_t launch_first_exporter(const struct probe *const *probes);

/*
 * Orders a worker for probes[program], or for an exporter, which are numbered on behind the last
 * probe; *worker is its number in what is told later.
 */
int launch_spawn(struct launch *launch, uint32_t program, uint32_t *worker, struct error *e);

/* Orders SIGKILL for a worker and all that it started. A worker that is gone already is no error.
 */
int launch_kill(struct launch *launch, uint32_t worker, struct error *e);

/*
 * Takes the next event. 1: *event is filled, and of LAUNCH_STARTED *socket and *log are the
 * caller's; 0: there is none now; negative: the launcher is gone.
 */
int launch_receive(struct launch *launch, struct launch_event *event, int *socket, int *log,
                   struct error *e);

/* Lets the launcher kill what is left and waits for it, bounded. */
void launch_stop(struct launch *launch);

#endif
