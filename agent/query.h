/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_QUERY_H
#define AGENT_QUERY_H

#include "rules/promql.h"

/* What is asked: an expression at one time, or at start, start + step, ... up to end. */
struct query {
    const char *expr;
    size_t length;
    bool range;
    int64_t start_ms; /* an instant query's time, too */
    int64_t end_ms, step_ms;
};

enum { QUERY_MAX_POINTS = 11000 }; /* a series; as Prometheus' own interface has it */

/* Whether the range is one: -EINVAL says what is wrong with it. */
int query_check(const struct query *query, struct error *e);

/* An answer, by any source: the value lives in the arena and in what it was asked of. */
enum query_failure {
    QUERY_GOOD,
    QUERY_BAD_DATA,  /* the expression or the times are wrong */
    QUERY_EXECUTION, /* it could not be evaluated */
    QUERY_UNASKED,   /* whom to ask was not there, or gave no answer that can be read */
};

struct query_answer {
    enum query_failure failure;
    struct promql_value value;
    struct buf error; /* what failed; of the expression also the line and a caret */
};

/* "bad_data", "execution", "unavailable": errorType of Prometheus' HTTP API. */
const char *query_failure_name(enum query_failure failure);

/* Evaluates over a store; engine as promql_eval() takes it. The caller frees answer->error. */
void query_store(const struct query *query, const struct promql_engine *engine,
                 const struct store *store, struct arena *arena, struct query_answer *answer);

/*
 * Asks the agent that listens at the socket: a line of JSON, {"command": "query", "expr": ...,
 * "time": seconds} or with "start", "end" and "step", and a line with the answer, as query_json().
 */
void query_agent(const struct query *query, const char *socket_path, struct arena *arena,
                 struct query_answer *answer);

#endif
