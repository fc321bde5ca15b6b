/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CONTROL_COMMANDS_H
#define AGENT_CONTROL_COMMANDS_H

#include "agent/control.h"

/*
 * Commands of the control socket, for the table in agent_control.c; owner is the struct agent.
 * What each takes and gives beside "command" and "status":
 *
 *     acknowledge {alerts: [id or name], by, comment, undo}    {alerts: how many}
 *     silence     {selector, for: seconds, by, comment}        {id}
 *     unsilence   {id}                                         {}
 *     silences    {}                              [{id, selector, by, comment, from, until}]
 *     notify_test {}                                           [receiver]
 */
int control_acknowledge(void *owner, const json_t *request, struct buf *out, struct error *e);
int control_silence(void *owner, const json_t *request, struct buf *out, struct error *e);
int control_unsilence(void *owner, const json_t *request, struct buf *out, struct error *e);
int control_silences(void *owner, const json_t *request, struct buf *out, struct error *e);
int control_notify_test(void *owner, const json_t *request, struct buf *out, struct error *e);

#endif
