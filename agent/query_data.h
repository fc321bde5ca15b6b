/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_QUERY_DATA_H
#define AGENT_QUERY_DATA_H

#include "core/error.h"
#include "core/store.h"

enum { QUERY_DATA_MAX_BYTES = 1024 * 1024 * 1024 };

/*
 * Reads samples from a file: Prometheus' text format 0.0.4 where its name ends in ".prom",
 * OpenMetrics otherwise. What has no timestamp counts as of the file's last change. newest_ms is
 * the newest sample's time. An error names the file, and the place in it.
 */
int query_data_read(const char *path, struct store *store, int64_t *newest_ms, struct error *e);

/* Reads all that the history in a directory has, without writing to it; the agent may be at work.
 */
int query_history_read(const char *directory, struct store *store, int64_t *newest_ms,
                       struct error *e);

#endif
