/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_STUCK_H
#define AGENT_STUCK_H

#include "agent/launch.h"

/*
 * Fills the stuck_* fields with what /proc tells of the process group's first process that is no
 * zombie. Reads nothing that waits for the process itself.
 */
void stuck_describe(pid_t group, struct launch_event *event);

/* The pure part: name, state and group of a /proc/PID/stat line. False where it is none. */
bool stuck_parse_stat(const char *line, char name[16], char *state, pid_t *group);

#endif
