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

/*
 * /probe?module=MODULE&target=TARGET: somebody who looks at a target when asked. ask() begins to:
 * 0, and prometheus_answer() follows, not from within and in less than 30 s; else an HTTP status,
 * and e says why. The texts are good during the call; timeout_ms is how long who asks will wait, 0
 * where that is not known. On the loop.
 */
struct request;
struct prometheus_prober {
    unsigned (*ask)(void *owner, struct request *question, const char *module, const char *target,
                    int64_t timeout_ms, struct error *e);
    void *owner;
};

/* The prober stays the caller's. It answers all that it was asked before prometheus_close(). */
void prometheus_set_prober(struct prometheus *prometheus, const struct prometheus_prober *prober);

/* What was seen, rendered in the format that was asked for; NULL: nothing can be said any more. */
void prometheus_answer(struct request *question, const struct snapshot *snapshot);

/* Serves one more connection, as if it had come to the first socket: for tests. */
int prometheus_add(struct prometheus *prometheus, int fd);

#endif
