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

static void add_finding(struct arena *arena, struct look *look, size_t *room,
                        const struct finding *finding)
{
    struct finding *findings = (struct finding *)(uintptr_t)look->findings;
    findings = arena_grow(arena, findings, look->finding_count, room, sizeof *findings);
    findings[look->finding_count++] = *finding;
    look->findings = findings;
}

/* A probe whose first round is still under way has seen nothing that could be sound. */
static void take_probes(const struct agent *agent, struct arena *arena, struct look *look,
                        size_t *room)
{
    struct probe_result *results = ARENA_ARRAY(arena, struct probe_result, CONFIG_MAX_PROBES);

    look->probes = results;
    for (size_t i = 0; i < agent->watch_count; i++) {
        const struct watch *watch = &agent->watches[i];
        const struct seen *seen = watch->seen;
        if (!watch->config.enabled)
            continue;
        results[look->probe_count++] =
            seen ? seen->result
                 : (struct probe_result){.name = watch->probe->name,
                                         .error = "its first round is not over yet"};
        for (size_t k = 0; seen && k < seen->intake.finding_count; k++)
            add_finding(arena, look, room, &seen->intake.findings[k]);
    }
}

/* Alerts that were there before the agent was started are not known to it before its first tick. */
static const struct finding unjudged = {
    .kind = "unjudged",
    .blind = true,
    .probe = "rules",
    .target = "",
    .file = "",
    .offset = -1,
    .message = "the agent has just been started: no rule has been judged yet",
};

void agent_look(const struct agent *agent, struct arena *arena, struct look *look)
{
    const struct evaluation *evaluation = &agent->evaluation;
    size_t room = 0;

    *look = (struct look){.host = agent->host,
                          .at_ms = evaluation->tick_ms == INT64_MIN ? agent->timeline.wall_ms
                                                                    : evaluation->tick_ms};
    take_alerts(agent, arena, look);
    take_probes(agent, arena, look, &room);
    if (evaluation->first)
        add_finding(arena, look, &room, &unjudged);
    look->verdict = look_verdict(look);
}
