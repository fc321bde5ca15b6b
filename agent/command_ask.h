/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_COMMAND_ASK_H
#define AGENT_COMMAND_ASK_H

#include <jansson.h>
#include <stdint.h>

#include "core/error.h"

/*
 * Asks the agent at that socket, within ten seconds; *data is what it answers with, the caller's.
 * Its own error is given as an error here: -EREMOTEIO.
 */
int command_ask(const char *socket, const json_t *request, json_t **data, struct error *e);

/* The same within another time; -ENOENT or -ECONNREFUSED where no agent is there. */
int command_ask_within(const char *socket, const json_t *request, int64_t timeout_ms, json_t **data,
                       struct error *e);

/* The name of the user who types, also behind sudo(8); good until the next call. */
const char *command_who(void);

#endif
