/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_SUPERVISE_H
#define AGENT_SUPERVISE_H

#include "agent/intake.h"
#include "agent/launch.h"
#include "core/look.h"

/* One round of some probes. */
struct supervise_config {
    struct launch *launch;             /* started with these probes */
    const struct probe *const *probes; /* NULL at the end */
    const uint32_t *chosen;            /* indexes of those to run */
    size_t chosen_count;
    int64_t timeout_ms; /* for all of it; a little is kept of it for workers that do not die */
    struct intake *intake;
    bool inputs; /* what the probes read is wanted too: intake->input */
};

/*
 * Runs the chosen probes' workers side by side until each round is done or the time is over: kills
 * what hangs and goes on without it (round.h), and names what was not looked at. All that was seen
 * is in the intake, forewarn_probe_up and the like too. results has room for chosen_count; its
 * texts are in the intake's arena. Fails only where there is no event loop to be had.
 */
int supervise(const struct supervise_config *config, struct probe_result *results, struct error *e);

#endif
