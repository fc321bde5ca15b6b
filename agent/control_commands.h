/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CONTROL_COMMANDS_H
#define AGENT_CONTROL_COMMANDS_H

#include "agent/agent_state.h"
#include "rules/promql.h"

/*
 * Commands of the control socket, for the table in agent_control.c; owner is the struct agent.
 * What each takes and gives beside "command" and "status":
 *
 *     check       a question (check_question_read()), timeout  {verdict, text}
 *     check_now   the same, after all probes have looked anew
 *     status      format: "table" or "json", and a style      {verdict, text}
 *     acknowledge {alerts: [id or name], by, comment, undo}    {alerts: how many}
 *     silence     {selector, for: seconds, by, comment}        {id}
 *     unsilence   {id}                                         {}
 *     silences    {}                              [{id, selector, by, comment, from, until}]
 *     notify_test {}                                           [receiver]
 */
bool control_check_ready(void *owner, const json_t *request);
int control_check(void *owner, const json_t *request, struct buf *out, struct error *e);
bool control_check_now_ready(void *owner, const json_t *request);
int control_check_now(void *owner, const json_t *request, struct buf *out, struct error *e);
int control_status(void *owner, const json_t *request, struct buf *out, struct error *e);
int control_acknowledge(void *owner, const json_t *request, struct buf *out, struct error *e);
int control_silence(void *owner, const json_t *request, struct buf *out, struct error *e);
int control_unsilence(void *owner, const json_t *request, struct buf *out, struct error *e);
int control_silences(void *owner, const json_t *request, struct buf *out, struct error *e);
int control_notify_test(void *owner, const json_t *request, struct buf *out, struct error *e);

/*
 * For those: what the agent knows as people are told it: with alerts that do not count, and with a
 * finding where its last judgement is too old. Its verdict is not worked out again.
 */
void control_look(const struct agent *agent, struct arena *arena, struct look *look);

/* Puts a reply of success; the data are the reply's from now on. 0. */
int control_put(json_t *data, struct buf *out);

/* What an expression may cost here, where it keeps the loop from everything else. */
extern const struct promql_engine control_engine;

#endif
