/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_QUERY_TABLE_H
#define AGENT_QUERY_TABLE_H

#include "rules/promql.h"

/* A time as people read it: "2026-03-01T10:00:00Z", with ".500" where there is a fraction. */
void query_print_time(int64_t ms, struct buf *out);

/*
 * A value for people, a line a sample: name{labels} => value @[time], aligned; a range's points
 * below their series. t_ms is the time of a scalar or string. Control characters come out as "?".
 */
void query_table(const struct promql_value *value, int64_t t_ms, struct buf *out);

#endif
