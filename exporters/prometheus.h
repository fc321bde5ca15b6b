/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_PROMETHEUS_H
#define EXPORTERS_PROMETHEUS_H

#include <uv.h>

#include "core/snapshot.h"
#include "exporters/prometheus_web.h"

/*
 * What the agent knows, over HTTP: /metrics as Prometheus scrapes it, and a few pages. It lives in
 * the agent's event loop and answers from memory: a scrape never asks a device. Passwords are
 * checked and answers compressed in libuv's thread pool.
 */
struct prometheus;

/*
 * Serves listening sockets, which stay the caller's and must stay open. web (may be NULL: plain
 * HTTP for everybody) is the exporter's from now on.
 */
int prometheus_open(uv_loop_t *loop, const int *sockets, size_t count, struct web *web,
                    struct prometheus **prometheus, struct error *e);

/* Lets everybody go; memory is freed by the loop. */
void prometheus_close(struct prometheus **prometheus);

/*
 * From now on this is what is known; it stays the caller's, who publishes another one, or NULL,
 * before it goes. compat: as of prometheus_render().
 */
void prometheus_publish(struct prometheus *prometheus, const struct snapshot *snapshot,
                        unsigned compat);

/* Other settings, for whoever connects from now on; where they cannot be, the old ones stay. */
int prometheus_set_web(struct prometheus *prometheus, struct web *web, struct error *e);

/* Serves one more connection, as if it had come to the first socket: for tests. */
int prometheus_add(struct prometheus *prometheus, int fd);

#endif
