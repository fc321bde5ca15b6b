/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "agent/check_answer.h"
#include "agent/control_commands.h"
#include "agent/report_table_text.h"
#include "core/clock.h"

/* A judgement that is older than so many evaluation intervals is not one of now. */
enum { OLD_INTERVALS = 3 };

static void take_pending(const struct agent *agent, struct arena *arena, struct look *look)
{
    const struct alert_set *set = &agent->evaluation.alerts;
    struct alert *pending = ARENA_ARRAY(arena, struct alert, set->count + 1);

    for (size_t i = 0; i < set->count; i++)
        if (set->at[i].state == ALERT_PENDING)
            pending[look->pending_count++] = set->at[i];
    look->pending = pending;
}

/* Sets those apart that somebody knows of. What is inhibited counts: it is there. */
static void take_held(const struct agent *agent, struct arena *arena, struct look *look)
{
    struct alert *alerts = ARENA_ARRAY(arena, struct alert, look->alert_count + 1);
    struct held_alert *held = ARENA_ARRAY(arena, struct held_alert, look->alert_count + 1);
    size_t count = 0;

    for (size_t i = 0; i < look->alert_count; i++) {
        const struct alert *alert = &look->alerts[i];
        struct notify_held state = notify_held(agent->herald.notify, alert);
        if (state.hold != HOLD_ACKNOWLEDGED && state.hold != HOLD_SILENCED) {
            alerts[count++] = *alert;
            continue;
        }
        held[look->held_count++] = (struct held_alert){
            .alert = alert,
            .why = state.hold == HOLD_SILENCED ? "silenced" : "acknowledged",
            .by = state.by ? state.by : "",
            .comment = state.comment ? state.comment : "",
            .until_ms = state.until_ms,
        };
    }
    look->alerts = alerts;
    look->alert_count = count;
    look->held = held;
}

/* Adds to what the probes have found. */
static void note(struct look *look, struct arena *arena, const char *probe, const char *message)
{
    struct finding *findings = ARENA_ARRAY(arena, struct finding, look->finding_count + 1);
    for (size_t i = 0; i < look->finding_count; i++)
        findings[i] = look->findings[i];
    findings[look->finding_count++] = (struct finding){.kind = "old",
                                                       .blind = true,
                                                       .probe = probe,
                                                       .target = probe,
                                                       .file = "",
                                                       .offset = -1,
                                                       .message = message};
    look->findings = findings;
}

static void note_age(const struct agent *agent, struct arena *arena, struct look *look)
{
    int64_t now_ms = clock_wall_ms(&clock_system), tick_ms = agent->evaluation.tick_ms;
    int64_t interval_ms = evaluation_step_ms(&agent->evaluation);
    double age;

    if (tick_ms == INT64_MIN) {
        note(look, arena, "agent", "has just started and has not judged yet");
        return;
    }
    age = (double)(now_ms - tick_ms) / 1000;
    if (now_ms - tick_ms > OLD_INTERVALS * interval_ms)
        note(look, arena, "agent",
             arena_printf(arena, "has not judged for %s, though it should each %s",
                          table_duration(age, arena),
                          table_duration((double)interval_ms / 1000, arena)));
}

void control_look(const struct agent *agent, struct arena *arena, struct look *look)
{
    agent_look(agent, arena, look);
    look->watched = true;
    if (look->at_ms == INT64_MIN)
        look->at_ms = clock_wall_ms(&clock_system);
    take_pending(agent, arena, look);
    take_held(agent, arena, look);
    note_age(agent, arena, look);
}

/* The levels that were asked for, on a copy. */
static void override(const struct check_question *question, struct arena *arena, struct look *look)
{
    struct alert *alerts = ARENA_ARRAY(arena, struct alert, look->alert_count + 1);
    for (size_t i = 0; i < look->alert_count; i++)
        alerts[i] = look->alerts[i];
    check_override(alerts, look->alert_count, question->overrides, question->override_count);
    look->alerts = alerts;
}

static int answer(const struct agent *agent, const json_t *request, struct arena *arena,
                  struct look *look, struct buf *out, struct error *e)
{
    struct check_question question;
    struct buf text = {0};
    int code = check_question_read(request, arena, &question, e);

    if (code == 0)
        code = check_question_test(&question, e);
    if (code < 0)
        return code;
    override(&question, arena, look);
    look->verdict = look_verdict(look);
    code = check_answer(&question, &control_engine, look, agent->store, &text, e);
    if (code == 0)
        control_put(json_pack("{s:s, s:s}", "verdict", verdict_name(look->verdict), "text",
                              text.length ? text.data : ""),
                    out);
    buf_free(&text);
    return code;
}

bool control_check_ready(void *owner, const json_t *request)
{
    const struct agent *agent = owner;
    (void)request;
    return !agent->holding;
}

int control_check(void *owner, const json_t *request, struct buf *out, struct error *e)
{
    SCRATCH_ARENA(arena);
    struct look look;
    control_look(owner, arena, &look);
    return answer(owner, request, arena, &look, out, e);
}

static int64_t asked_at(const json_t *request)
{
    return json_integer_value(json_object_get(request, "asked_at"));
}

static bool has_looked(const struct watch *watch, int64_t since_ms)
{
    return !watch->config.enabled || (watch->seen && watch->seen->at_ms >= since_ms);
}

bool control_check_now_ready(void *owner, const json_t *request)
{
    struct agent *agent = owner;
    int64_t since_ms = asked_at(request);
    bool all = !agent->holding;

    for (size_t i = 0; i < agent->watch_count; i++) {
        struct watch *watch = &agent->watches[i];
        bool done = has_looked(watch, since_ms);
        if (!done && (!watch->coming || watch->coming->at_ms < since_ms))
            watch_look(watch);
        all &= done;
    }
    if (all)
        agent_tick_now(agent);
    return all;
}

int control_check_now(void *owner, const json_t *request, struct buf *out, struct error *e)
{
    SCRATCH_ARENA(arena);
    const struct agent *agent = owner;
    struct look look;

    control_look(agent, arena, &look);
    for (size_t i = 0; i < agent->watch_count; i++)
        if (!has_looked(&agent->watches[i], asked_at(request)))
            note(&look, arena, agent->watches[i].probe->name,
                 "the look that was asked for has not come to its end: this is the one before");
    return answer(agent, request, arena, &look, out, e);
}
