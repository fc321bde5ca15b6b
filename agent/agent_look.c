/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/agent_state.h"

/* Alerts that fire; one that is pending has not held long enough to count. */
static void take_alerts(const struct agent *agent, struct arena *arena, struct look *look)
{
    const struct alert_set *set = &agent->evaluation.alerts;
    struct alert *alerts = ARENA_ARRAY(arena, struct alert, set->count + 1);

    for (size_t i = 0; i < set->count; i++)
        if (set->at[i].state == ALERT_FIRING)
            alerts[look->alert_count++] = set->at[i];
    look->alerts = alerts;
}

static void take_probes(const struct agent *agent, struct arena *arena, struct look *look)
{
    struct probe_result *results = ARENA_ARRAY(arena, struct probe_result, CONFIG_MAX_PROBES);
    struct finding *findings = NULL;
    size_t room = 0;

    for (size_t i = 0; i < agent->watch_count; i++) {
        const struct seen *seen = agent->watches[i].seen;
        if (!seen)
            continue;
        results[look->probe_count++] = seen->result;
        for (size_t k = 0; k < seen->intake.finding_count; k++) {
            findings = arena_grow(arena, findings, look->finding_count, &room, sizeof *findings);
            findings[look->finding_count++] = seen->intake.findings[k];
        }
    }
    look->probes = results;
    look->findings = findings;
}

void agent_look(const struct agent *agent, struct arena *arena, struct look *look)
{
    *look = (struct look){.host = agent->host, .at_ms = agent->evaluation.tick_ms};
    take_alerts(agent, arena, look);
    take_probes(agent, arena, look);
    look->verdict = look_verdict(look);
}
