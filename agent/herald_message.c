/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/herald_message.h"

typedef Io__Prometheus__Client__LabelPair Pair;

/* Protobuf-c has no const. */
static char *text(const char *string)
{
    return (char *)(uintptr_t)string;
}

static Pair **make_pairs(const struct labels *labels, struct arena *arena, size_t *count)
{
    Pair **pairs = ARENA_ARRAY(arena, Pair *, labels->count + 1);
    for (size_t i = 0; i < labels->count; i++) {
        pairs[i] = ARENA_NEW(arena, Pair);
        io__prometheus__client__label_pair__init(pairs[i]);
        pairs[i]->name = text(labels->at[i].name);
        pairs[i]->value = text(labels->at[i].value);
    }
    *count = labels->count;
    return pairs;
}

Forewarn__Alert *message_alert(const struct alert *alert, int64_t starts_at_ms, int64_t ends_at_ms,
                               struct arena *arena)
{
    Forewarn__Alert *message = ARENA_NEW(arena, Forewarn__Alert);
    forewarn__alert__init(message);
    message->name = text(alert->name);
    message->severity = text(severity_name(alert->severity));
    message->has_value = message->has_starts_at_ms = true;
    message->value = alert->value;
    message->starts_at_ms = starts_at_ms;
    message->has_ends_at_ms = ends_at_ms != 0;
    message->ends_at_ms = ends_at_ms;
    message->label = make_pairs(alert->labels, arena, &message->n_label);
    message->annotation = make_pairs(alert->annotations, arena, &message->n_annotation);
    return message;
}

Forewarn__Event *message_plain(Forewarn__EventKind kind, uint64_t sequence, int64_t at_ms,
                               const char *host, struct arena *arena)
{
    Forewarn__Event *message = ARENA_NEW(arena, Forewarn__Event);
    forewarn__event__init(message);
    message->id =
        arena_printf(arena, "%llx-%llu", (unsigned long long)at_ms, (unsigned long long)sequence);
    message->has_kind = message->has_at_ms = message->has_sequence = true;
    message->kind = kind;
    message->at_ms = at_ms;
    message->sequence = sequence;
    message->host = text(host);
    return message;
}

Forewarn__Event *message_event(const struct notify_event *event, const char *host,
                               struct arena *arena)
{
    static const Forewarn__EventKind kinds[] = {
        [NOTIFY_RAISED] = FOREWARN__EVENT_KIND__RAISED,
        [NOTIFY_CHANGED] = FOREWARN__EVENT_KIND__CHANGED,
        [NOTIFY_REPEATED] = FOREWARN__EVENT_KIND__REPEATED,
        [NOTIFY_RESOLVED] = FOREWARN__EVENT_KIND__RESOLVED,
    };
    Forewarn__Event *message =
        message_plain(kinds[event->kind], event->sequence, event->at_ms, host, arena);
    message->id = text(event->id);
    message->alert = message_alert(event->alert, event->starts_at_ms, event->ends_at_ms, arena);
    return message;
}

static void add_alerts(const struct look *look, const struct notify *notify, struct arena *arena,
                       Forewarn__Snapshot *message)
{
    static const char *const names[] = {[HOLD_NONE] = NULL,
                                        [HOLD_ACKNOWLEDGED] = "acknowledged",
                                        [HOLD_SILENCED] = "silenced",
                                        [HOLD_INHIBITED] = NULL};
    message->alert = ARENA_ARRAY(arena, Forewarn__Alert *, look->alert_count + 1);
    for (size_t i = 0; i < look->alert_count; i++) {
        const struct alert *alert = &look->alerts[i];
        Forewarn__Alert *added = message_alert(alert, alert->active_at_ms, 0, arena);
        added->held = text(names[notify_held(notify, alert).hold]);
        message->alert[message->n_alert++] = added;
    }
}

static void add_findings(const struct look *look, struct arena *arena, Forewarn__Snapshot *message)
{
    message->finding = ARENA_ARRAY(arena, Forewarn__Finding *, look->finding_count + 1);
    for (size_t i = 0; i < look->finding_count; i++) {
        const struct finding *finding = &look->findings[i];
        Forewarn__Finding *added = ARENA_NEW(arena, Forewarn__Finding);
        forewarn__finding__init(added);
        added->kind = text(finding->kind);
        added->has_blind = added->has_offset = true;
        added->blind = finding->blind;
        added->probe = text(finding->probe);
        added->target = text(finding->target);
        added->file = text(finding->file);
        added->offset = finding->offset;
        added->message = text(finding->message);
        message->finding[message->n_finding++] = added;
    }
}

static void add_rounds(const struct look *look, struct arena *arena, Forewarn__Snapshot *message)
{
    message->round = ARENA_ARRAY(arena, Forewarn__Round *, look->probe_count + 1);
    for (size_t i = 0; i < look->probe_count; i++) {
        const struct probe_result *probe = &look->probes[i];
        Forewarn__Round *added = ARENA_NEW(arena, Forewarn__Round);
        forewarn__round__init(added);
        added->probe = text(probe->name);
        added->has_up = added->has_seconds = true;
        added->up = probe->up;
        added->seconds = probe->seconds;
        added->error = text(probe->error);
        message->round[message->n_round++] = added;
    }
}

Forewarn__Snapshot *message_snapshot(const struct snapshot *snapshot, const struct notify *notify,
                                     struct arena *arena)
{
    const struct look *look = &snapshot->look;
    Forewarn__Snapshot *message = ARENA_NEW(arena, Forewarn__Snapshot);
    forewarn__snapshot__init(message);
    message->has_at_ms = true;
    message->at_ms = snapshot->tick_ms;
    message->host = text(look->host);
    message->n_family = snapshot_families(snapshot, arena, &message->family);
    add_alerts(look, notify, arena, message);
    add_findings(look, arena, message);
    add_rounds(look, arena, message);
    return message;
}
