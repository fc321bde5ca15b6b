/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/check_answer.h"
#include "agent/control_commands.h"
#include "agent/json_labels.h"
#include "agent/status_report.h"
#include "core/clock.h"

static void take_probes(const struct agent *agent, struct arena *arena, struct status *status)
{
    struct status_probe *probes = ARENA_ARRAY(arena, struct status_probe, CONFIG_MAX_PROBES);

    for (size_t i = 0; i < agent->watch_count; i++) {
        const struct watch *watch = &agent->watches[i];
        const struct seen *seen = watch->seen;
        struct status_probe *probe = &probes[status->probe_count++];
        *probe = (struct status_probe){.name = watch->probe->name,
                                       .enabled = watch->config.enabled,
                                       .under_way = watch->job != NULL,
                                       .error = "",
                                       .interval_ms = watch->config.interval_ms};
        if (uv_is_active((const uv_handle_t *)&watch->timer))
            probe->next_ms = status->now_ms + (int64_t)uv_timer_get_due_in(&watch->timer);
        if (!seen)
            continue;
        probe->up = seen->result.up;
        probe->error = seen->result.error;
        probe->seconds = seen->result.seconds;
        probe->last_ms = seen->at_ms;
    }
    status->probes = probes;
}

static void take_asides(const struct agent *agent, struct arena *arena, struct status *status)
{
    const struct quarantine *quarantine = &agent->quarantine;
    struct status_aside *asides = ARENA_ARRAY(arena, struct status_aside, LAUNCH_MAX_WORKERS);

    for (size_t i = 0; i < quarantine->count; i++)
        asides[status->aside_count++] = (struct status_aside){
            quarantine->at[i].probe->name, quarantine->at[i].target, quarantine->at[i].since_ms};
    status->asides = asides;
}

static void take_silences(const struct agent *agent, struct arena *arena, struct status *status)
{
    const struct notify_silence *silence;
    struct status_silence *silences = NULL;
    size_t room = 0;

    for (size_t i = 0; (silence = notify_silence_at(agent->herald.notify, i)); i++) {
        silences = arena_grow(arena, silences, status->silence_count, &room, sizeof *silences);
        silences[status->silence_count++] = (struct status_silence){
            silence->id, silence->selector, silence->by, silence->comment, silence->until_ms};
    }
    status->silences = silences;
}

static size_t count_receivers(const struct herald *herald, const char *exporter)
{
    size_t length = strlen(exporter), count = 0;
    for (size_t i = 0; i < herald->receiver_count; i++)
        count += strncmp(herald->receivers[i], exporter, length) == 0 &&
                 herald->receivers[i][length] == '/';
    return count;
}

static size_t count_waiting(const struct herald *herald, const char *exporter)
{
    uint64_t position = 0;
    size_t waiting = 0;
    for (;; waiting++) {
        const char *receivers[1];
        size_t count = 1;
        if (!outbox_next(herald->outbox, exporter, &position, receivers, &count))
            return waiting;
    }
}

static void take_exporters(const struct agent *agent, struct arena *arena, struct status *status)
{
    const struct herald *herald = &agent->herald;
    struct status_exporter *told = ARENA_ARRAY(arena, struct status_exporter, CONFIG_MAX_EXPORTERS);

    for (size_t i = 0; i < herald->teller_count; i++) {
        const struct teller *teller = &herald->tellers[i];
        const char *name = teller->exporter->name;
        if (teller->configuration)
            told[status->exporter_count++] =
                (struct status_exporter){name, teller->link != NULL, count_receivers(herald, name),
                                         count_waiting(herald, name)};
    }
    status->exporters = told;
}

int control_status(void *owner, const json_t *request, struct buf *out, struct error *e)
{
    SCRATCH_ARENA(arena);
    const struct agent *agent = owner;
    struct look look;
    struct report_style style;
    struct buf text = {0};
    struct status status = {.look = &look,
                            .store = agent->store,
                            .now_ms = clock_wall_ms(&clock_system),
                            .started_ms = agent->started_ms,
                            .judged = agent->evaluation.tick_ms != INT64_MIN && !agent->holding,
                            .alert_id = notify_alert_id};

    (void)e;
    control_look(agent, arena, &look);
    look.verdict = look_verdict(&look);
    take_probes(agent, arena, &status);
    take_asides(agent, arena, &status);
    take_silences(agent, arena, &status);
    take_exporters(agent, arena, &status);
    report_style_read(request, &style);
    if (strcmp(json_text(request, "format"), "table") == 0)
        status_table(&status, &style, &text);
    else
        status_json(&status, &text);
    control_put(json_must(json_pack("{s:s, s:s}", "verdict", verdict_name(look.verdict), "text",
                                    text.data)),
                out);
    buf_free(&text);
    return 0;
}
