/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CONTROL_CLIENT_H
#define AGENT_CONTROL_CLIENT_H

#include <jansson.h>

#include "core/error.h"

enum { CONTROL_MAX_REPLY = 256 * 1024 * 1024 };

/*
 * Asks the agent: sends the request as one line of JSON on the stream socket at that path, and
 * reads one line, an object, as the reply, which the caller gives back by json_decref(). All of it
 * takes no longer than the timeout (-ETIMEDOUT). -ENOENT or -ECONNREFUSED: no agent is there.
 */
int control_call(const char *socket_path, const json_t *request, int timeout_ms, json_t **reply,
                 struct error *e);

#endif
