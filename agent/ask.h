/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_ASK_H
#define AGENT_ASK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"

/* Asking an agent for a report; beside command_ask.h. */

/* A request: the command, and how long the agent may take so that its answer is there in time. */
json_t *ask_request(const char *command, int64_t timeout_ms);

/* Whether a code of command_ask_within() says that no agent is there; that one is, and refused. */
bool ask_found_nobody(int code);
bool ask_was_refused(int code);

/*
 * The text of an answer, for a terminal. The agent is another user, who may have been taken over:
 * of control characters only newlines and colours are let through.
 */
int ask_take_text(const json_t *data, struct buf *out, struct error *e);

/* Its verdict: an enum verdict, or -EPROTO. */
int ask_take_verdict(const json_t *data, struct error *e);

#endif
