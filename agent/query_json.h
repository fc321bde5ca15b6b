/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_QUERY_JSON_H
#define AGENT_QUERY_JSON_H

#include <jansson.h>

#include "agent/query.h"

/*
 * An answer as Prometheus' HTTP API (v1, /query and /query_range) gives it, on one line with a
 * newline: {"status":"success","data":{"resultType":"vector","result":[{"metric":{...},
 * "value":[seconds,"value"]}]},"warnings":[...],"infos":[...]}, the last two where there are any,
 * or {"status":"error","errorType":"execution","error":"..."}. t_ms is the time of a scalar or
 * string.
 */
void query_json(const struct query_answer *answer, int64_t t_ms, struct buf *out);

/*
 * Reads such an answer; what it holds is copied to the arena. -EPROTO says what is not as above.
 */
int query_json_read(const json_t *json, struct arena *arena, struct query_answer *answer,
                    struct error *e);

#endif
