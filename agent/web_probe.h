/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_WEB_PROBE_H
#define AGENT_WEB_PROBE_H

#include "agent/configuration.h"
#include "agent/dispatch.h"
#include "exporters/prometheus.h"

/*
 * /probe?module=MODULE&target=TARGET: a look at a target that whoever asks names, by the convention
 * of Prometheus' blackbox_exporter: what was measured, probe_success and probe_duration_seconds.
 *
 * A module is a probe that has ask() (probes/probe.h); nothing has to be registered here:
 *
 *  - The configuration of such a probe takes a list of `targets`. One that is not in it is refused
 *    before anything is started. Rounds of the probe may be switched off all the same.
 *  - Each question takes a worker process of its own, with the probe's capabilities, which gets the
 *    target as it stands in the list: open(), ask(), close(). Names are looked up there, never in
 *    the agent.
 *  - ask() tells of the target by probe_begin() and probe_end() as poll() does, puts its samples
 * into the batch between the two, and returns 0 (probe_success 1) or an error (0, and the log says
 * it). A target that a former worker still hangs in is left out: probe_begin() says false.
 *  - It is killed at the probe's deadline, or half a second before Prometheus stops waiting for it.
 *    What was sent before counts; probe_success is 0.
 *
 * All on the loop.
 */
enum { WEB_PROBE_MOST = 8, WEB_PROBE_MAX_MS = 25 * 1000 }; /* at a time; for one */

struct web_probe {
    uv_loop_t *loop;
    struct dispatch *dispatch;
    struct prometheus *prometheus;
    const struct probe *const *probes; /* NULL at the end, by the launcher's numbers */
    struct prometheus_prober prober;
    uv_prepare_t turn; /* looks who is done */
    struct arena *arena;
    struct config_probe config[CONFIG_MAX_PROBES]; /* of the probes that have ask() */
    struct web_question *questions;
    size_t count;
};

/* The exporter's /probe is answered from now on. Must stay where it is until the loop has ended. */
void web_probe_open(struct web_probe *web, uv_loop_t *loop, struct dispatch *dispatch,
                    struct prometheus *prometheus, const struct probe *const *probes);

/* Before the exporter and the dispatch are closed. */
void web_probe_close(struct web_probe *web);

/* Which targets may be named from now on; copied. */
void web_probe_configure(struct web_probe *web, const struct config_probe *config);

#endif
