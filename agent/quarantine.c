/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/quarantine.h"

#include <stdio.h>

void quarantine_add(struct quarantine *quarantine, const struct probe *probe, const char *target,
                    uint32_t worker, int64_t now_ms)
{
    if (quarantine->count == LAUNCH_MAX_WORKERS)
        return;
    struct quarantined *added = &quarantine->at[quarantine->count++];
    *added = (struct quarantined){.probe = probe, .worker = worker, .since_ms = now_ms};
    snprintf(added->target, sizeof added->target, "%s", target);
}

const struct quarantined *quarantine_release(struct quarantine *quarantine, uint32_t worker)
{
    for (size_t i = 0; i < quarantine->count; i++)
        if (quarantine->at[i].worker == worker) {
            /* The released one takes the last place, which is free from now on. */
            struct quarantined released = quarantine->at[i];
            size_t last = --quarantine->count;
            quarantine->at[i] = quarantine->at[last];
            quarantine->at[last] = released;
            return &quarantine->at[last];
        }
    return NULL;
}
