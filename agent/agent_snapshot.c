/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/agent_state.h"
#include "agent/self.h"
#include "probes/registry.h"

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct metric *const *)a)->name,
                  (*(const struct metric *const *)b)->name);
}

static size_t add_metrics(const struct probe *probe, const struct metric **metrics, size_t count)
{
    for (size_t i = 0; probe->metrics[i]; i++)
        if (metrics)
            metrics[count++] = probe->metrics[i];
        else
            count++;
    return count;
}

/* All that probes and the agent itself may report; NULL at the end. */
static const struct metric *const *list_metrics(struct arena *arena)
{
    size_t count = add_metrics(&self_probe, NULL, 0);
    for (size_t i = 0; probes[i]; i++)
        count = add_metrics(probes[i], NULL, count);
    const struct metric **metrics = ARENA_ARRAY(arena, const struct metric *, count + 1);
    count = add_metrics(&self_probe, metrics, 0);
    for (size_t i = 0; probes[i]; i++)
        count = add_metrics(probes[i], metrics, count);
    qsort((void *)metrics, count, sizeof(*metrics), by_name);
    return metrics;
}

static void add_source(struct agent *agent, const struct seen *seen)
{
    if (seen)
        agent->sources[agent->snapshot.source_count++] =
            (struct snapshot_source){seen->store, seen->at_ms};
}

void agent_publish(struct agent *agent)
{
    struct snapshot *snapshot = &agent->snapshot;

    if (!snapshot->metrics)
        snapshot->metrics = list_metrics(agent->arena);
    if (!agent->snapshot_arena)
        agent->snapshot_arena = arena_new();
    arena_reset(agent->snapshot_arena);
    snapshot->version++;
    snapshot->source_count = 0;
    snapshot->sources = agent->sources;
    add_source(agent, agent->self);
    for (size_t i = 0; i < agent->watch_count; i++)
        add_source(agent, agent->watches[i].seen);
    snapshot->store = agent->store;
    snapshot->tick_ms = agent->evaluation.tick_ms;
    agent_look(agent, agent->snapshot_arena, &snapshot->look);
}
