/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/compat.h"

#include <string.h>

#include "core/instant.h"

const char *const compat_names[COMPATS] = {
    [COMPAT_NODE_EXPORTER] = "node_exporter",
    [COMPAT_SMARTCTL_EXPORTER] = "smartctl_exporter",
};

void compat_batch(const struct snapshot *snapshot, unsigned chosen, struct batch *batch)
{
    static void (*const makers[COMPATS])(const struct snapshot *, struct batch *) = {
        [COMPAT_NODE_EXPORTER] = compat_node_exporter,
        [COMPAT_SMARTCTL_EXPORTER] = compat_smartctl_exporter,
    };
    for (size_t i = 0; i < COMPATS; i++)
        if (chosen & 1U << i)
            makers[i](snapshot, batch);
}

void compat_each(const struct snapshot *snapshot, const char *metric,
                 void (*visit)(const struct labels *labels, double value, void *arg), void *arg)
{
    SCRATCH_ARENA(scratch);
    const struct instant *found;

    for (size_t i = 0; i < snapshot->source_count; i++) {
        const struct snapshot_source *source = &snapshot->sources[i];
        size_t count = instant_select(source->store, metric, source->at_ms, scratch, &found);
        for (size_t k = 0; k < count; k++)
            visit(found[k].labels, found[k].value, arg);
    }
}
