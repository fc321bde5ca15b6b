/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_DIRECTORIES_H
#define AGENT_DIRECTORIES_H

#include "core/error.h"

/*
 * Makes the state directory and the one of the control socket where they are missing. Made by root
 * they are given to the user that the agent runs as (privileges.h). A state directory that cannot
 * be made is no failure: the history then says that it cannot be kept.
 */
int directories_make(const char *state_directory, const char *control_socket, struct error *e);

#endif
