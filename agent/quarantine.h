/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_QUARANTINE_H
#define AGENT_QUARANTINE_H

#include <stddef.h>
#include <stdint.h>

#include "agent/launch.h"

/*
 * Targets in which a worker is stuck that survives SIGKILL. They are left out of further rounds, or
 * each would cost a process more, until the kernel lets the worker go. Zero it to start; one
 * thread.
 */
struct quarantine {
    struct quarantined {
        const struct probe *probe;
        uint32_t worker;
        int64_t since_ms; /* wall clock */
        char target[256];
    } at[LAUNCH_MAX_WORKERS];
    size_t count;
};

/* Adds a target; what there is no room for is not held back. */
void quarantine_add(struct quarantine *quarantine, const struct probe *probe, const char *target,
                    uint32_t worker, int64_t now_ms);

/* The worker is gone: gives the name of its target, good until the next change; NULL: unknown. */
const struct quarantined *quarantine_release(struct quarantine *quarantine, uint32_t worker);

#endif
