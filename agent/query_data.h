/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_QUERY_DATA_H
#define AGENT_QUERY_DATA_H

#include "agent/query.h"
#include "core/history.h"

enum { QUERY_DATA_MAX_BYTES = 1024 * 1024 * 1024 };

/*
 * Reads samples from a file: Prometheus' text format 0.0.4 where its name ends in ".prom",
 * OpenMetrics otherwise. What has no timestamp counts as of the file's last change. newest_ms is
 * the newest sample's time. An error names the file, and the place in it. "-" is standard input;
 * else anything but a regular file is refused, with -EOPNOTSUPP.
 */
int query_data_read(const char *path, struct store *store, int64_t *newest_ms, struct error *e);

/*
 * Opens the history in a directory, not to be written to; the agent may be at work. newest_ms is
 * its newest tick. The caller frees it; it is NULL after an error.
 */
int query_history_open(const char *directory, struct history **history, int64_t *newest_ms,
                       struct error *e);

/* Reads what the query needs of it: nothing where the expression is wrong, which is no error here.
 */
int query_history_read(struct history *history, const struct query *query,
                       const struct promql_engine *engine, struct store *store, struct error *e);

#endif
