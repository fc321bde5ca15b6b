/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/agent_state.h"
#include "agent/self.h"
#include "config.h"
#include "core/clock.h"
#include "probes/registry.h"

static void report_alerts(const struct agent *agent, struct batch *batch)
{
    static const enum alert_state states[] = {ALERT_PENDING, ALERT_FIRING};
    const struct alert_set *set = &agent->evaluation.alerts;

    for (enum severity severity = SEVERITY_INFO; severity <= SEVERITY_CRITICAL; severity++)
        for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
            double count = 0;
            for (size_t k = 0; k < set->count; k++)
                count += set->at[k].severity == severity && set->at[k].state == states[i];
            BATCH_SAMPLE(batch, &self_alerts, count, severity_name(severity),
                         alert_state_name(states[i]));
        }
}

/* A probe that gives nothing any more goes on with its last values, so its age has to be told. */
static void report_watch(const struct watch *watch, struct batch *batch)
{
    if (!watch->config.enabled)
        return;
    BATCH_SAMPLE(batch, &self_probe_interval, (double)watch->config.interval_ms / 1000,
                 watch->probe->name);
    if (watch->seen)
        BATCH_SAMPLE(batch, &self_probe_last_round, (double)watch->seen->at_ms / 1000,
                     watch->probe->name);
}

struct seen *agent_see_self(const struct agent *agent, int64_t t_ms)
{
    struct seen *self = seen_new(t_ms);
    struct batch batch;

    batch_init(&batch);
    BATCH_SAMPLE(&batch, &self_build_info, 1, PACKAGE_VERSION);
    report_alerts(agent, &batch);
    for (size_t i = 0; i < agent->watch_count; i++)
        report_watch(&agent->watches[i], &batch);
    evaluation_report(&agent->evaluation, &batch);
    keeper_report(agent->keeper, &batch);
    intake_batch(&self->intake, &self_probe, &batch);
    batch_free(&batch);
    return self;
}

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

/* It speaks of itself each time, so that what it says of alerts is of now. */
void agent_publish(struct agent *agent)
{
    struct snapshot *snapshot = &agent->snapshot;

    if (!snapshot->metrics)
        snapshot->metrics = list_metrics(agent->arena);
    if (!agent->snapshot_arena)
        agent->snapshot_arena = arena_new();
    arena_reset(agent->snapshot_arena);
    seen_free(&agent->self);
    agent->self = agent_see_self(agent, clock_wall_ms(&clock_system));
    snapshot->version++;
    snapshot->source_count = 0;
    snapshot->sources = agent->sources;
    add_source(agent, agent->self);
    for (size_t i = 0; i < agent->watch_count; i++)
        add_source(agent, watch_seen(&agent->watches[i]));
    snapshot->store = agent->store;
    snapshot->tick_ms = agent->evaluation.first ? INT64_MIN : agent->evaluation.tick_ms;
    agent_look(agent, agent->snapshot_arena, &snapshot->look);
    prometheus_publish(agent->prometheus, snapshot, agent->compat);
}
