/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_WORKER_H
#define AGENT_WORKER_H

#include "probes/probe.h"

/* The descriptors that a worker is started with. */
enum { WORKER_SOCKET_FD = 3, WORKER_ROOT_FD = 4 };

/* What it may do is fixed by whoever started this process; it shall not become more. */
void worker_confine(void);

/* The part of it that holds for this process alone, not for the programs that it starts. */
void worker_attach(void);

/*
 * The whole life of a worker process: takes orders from the socket, makes a round of the probe for
 * each and reports target by target (core/worker.proto), until the agent closes its end. root_path
 * is only for texts. state_directory is what the probe may keep things in, where that is safe;
 * NULL: nothing. Gives the exit status.
 */
int worker_run(const struct prober *prober, const char *root_path, const char *state_directory);

#endif
