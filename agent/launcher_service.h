/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_LAUNCHER_SERVICE_H
#define AGENT_LAUNCHER_SERVICE_H

#include "agent/agent.h"

/*
 * A launcher that no agent has forked off, but a manager of services started for an agent that
 * connected to its socket, so that the agent never has any rights: the connection is descriptor 3,
 * as sd_listen_fds(3) has it. Ends with the agent. Gives only what keeps it from starting; wrong
 * lines of the configuration are logged.
 */
int launcher_service_run(const struct agent_options *options, struct error *e);

#endif
