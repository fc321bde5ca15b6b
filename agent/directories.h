/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_DIRECTORIES_H
#define AGENT_DIRECTORIES_H

#include "core/arena.h"
#include "core/error.h"

/*
 * Directories that the user needs who judges (privileges.h). They are made, with the caller's
 * rights, where they are missing, and as root given to that user.
 */

/*
 * STATE/history; STATE itself stays root's. Gives its name, also where it could not be made:
 * whoever opens the history says so.
 */
const char *directories_make_history(const char *state_directory, struct arena *arena);

/* STATE/exporters, which stays root's, as exporters do: what they keep may be secret. */
const char *directories_make_exporters(const char *state_directory, struct arena *arena);

/* STATE/probes, the same. */
const char *directories_make_probes(const char *state_directory, struct arena *arena);

/* The one that a socket is to be in. */
int directories_make_for_socket(const char *socket_path, struct error *e);

#endif
