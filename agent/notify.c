/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "agent/notify_inside.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

struct notify *notify_new(void)
{
    struct notify *notify = calloc(1, sizeof *notify);
    if (!notify)
        abort();
    notify->notices.arena = arena_new();
    return notify;
}

void notify_free(struct notify **notify)
{
    if (!*notify)
        return;
    silence_expire(*notify, INT64_MAX);
    arena_free(&(*notify)->notices.arena);
    free(*notify);
    *notify = NULL;
}

void notify_configure(struct notify *notify, const struct notify_config *config)
{
    notify->config = *config;
}

uint64_t notify_sequence(struct notify *notify)
{
    return ++notify->sequence;
}

void notify_alert_id(const struct alert *alert, char id[9])
{
    XXH64_state_t *state = XXH64_createState();
    if (!state)
        abort();
    XXH64_reset(state, 0);
    XXH64_update(state, alert->name, strlen(alert->name) + 1);
    for (size_t i = 0; i < alert->labels->count; i++) {
        const struct label *label = &alert->labels->at[i];
        XXH64_update(state, label->name, strlen(label->name) + 1);
        XXH64_update(state, label->value, strlen(label->value) + 1);
    }
    snprintf(id, 9, "%08x", (unsigned)(XXH64_digest(state) >> 32));
    XXH64_freeState(state);
}

/* One tick at work. */
struct round_of_notices {
    struct notify *notify;
    const struct alert *alerts;
    size_t alert_count;
    int64_t t_ms;
    struct arena *arena; /* of the events */
    struct notify_event *events;
    size_t event_count, event_room;
};

static void add_event(struct round_of_notices *r, struct notice *notice, enum notify_kind kind)
{
    char id[9];
    struct alert *alert = ARENA_NEW(r->arena, struct alert);

    *alert = notice->alert;
    alert->name = arena_strdup(r->arena, notice->alert.name);
    alert->labels = labels_copy(r->arena, notice->alert.labels);
    alert->annotations = labels_copy(r->arena, notice->alert.annotations);
    notify_alert_id(alert, id);
    r->events = arena_grow(r->arena, r->events, r->event_count, &r->event_room, sizeof *r->events);
    r->events[r->event_count++] = (struct notify_event){
        .id = arena_printf(r->arena, "%s-%llx-%u", id, (unsigned long long)notice->starts_at_ms,
                           ++notice->events),
        .kind = kind,
        .sequence = notify_sequence(r->notify),
        .at_ms = r->t_ms,
        .starts_at_ms = notice->starts_at_ms,
        .ends_at_ms = kind == NOTIFY_RESOLVED ? r->t_ms : 0,
        .alert = alert,
    };
}

static bool is_worse(const struct notice *notice)
{
    const struct alert *alert = &notice->alert;
    const char *worse = labels_get(alert->annotations, "worse");
    if (alert->severity != notice->known_severity)
        return alert->severity > notice->known_severity;
    if (strcmp(worse, "level") == 0)
        return false;
    if (strcmp(worse, "lower") == 0)
        return alert->value < notice->known_value;
    return alert->value > notice->known_value;
}

static bool is_inhibited(const struct round_of_notices *r, const struct alert *alert)
{
    if (labels_get(alert->annotations, "inhibits")[0])
        return false;
    for (size_t i = 0; i < r->alert_count; i++) {
        const char *label = labels_get(r->alerts[i].annotations, "inhibits");
        const char *value = label[0] ? labels_get(r->alerts[i].labels, label) : "";
        if (value[0] && strcmp(labels_get(alert->labels, label), value) == 0)
            return true;
    }
    return false;
}

static enum notify_hold find_hold(const struct round_of_notices *r, const struct notice *notice)
{
    if (notice->acknowledged)
        return HOLD_ACKNOWLEDGED;
    if (silence_find(r->notify, &notice->alert))
        return HOLD_SILENCED;
    return is_inhibited(r, &notice->alert) ? HOLD_INHIBITED : HOLD_NONE;
}

/* Twice the time each time, up to a day, or to what was asked for where that is more. */
static bool is_due(const struct round_of_notices *r, const struct notice *notice)
{
    int64_t wait_ms = r->notify->config.repeat_ms[notice->alert.severity];
    if (!wait_ms)
        return false;
    for (unsigned i = 0; i < notice->repeats && wait_ms < DAY_MS; i++)
        wait_ms = 2 * wait_ms < DAY_MS ? 2 * wait_ms : DAY_MS;
    return r->t_ms - notice->told_at_ms >= wait_ms;
}

static void tell(struct round_of_notices *r, struct notice *notice, enum notify_kind kind)
{
    add_event(r, notice, kind);
    notice->repeats = kind == NOTIFY_REPEATED ? notice->repeats + 1 : 0;
    notice->told = true;
    notice->told_severity = notice->alert.severity;
    notice->told_at_ms = r->t_ms;
}

static void consider(struct round_of_notices *r, struct notice *notice)
{
    bool worse = notice->acknowledged && is_worse(notice);

    if (worse)
        notice->acknowledged = false;
    notice->hold = find_hold(r, notice);
    if (notice->hold != HOLD_NONE)
        return;
    if (!notice->told) {
        tell(r, notice, NOTIFY_RAISED);
    } else if (notice->told_severity != notice->alert.severity) {
        tell(r, notice, NOTIFY_CHANGED);
    } else if (worse || is_due(r, notice)) {
        tell(r, notice, NOTIFY_REPEATED);
        if (worse) /* which is news */
            notice->repeats = 0;
    }
}

static bool counts(const struct notify *notify, const struct alert *alert)
{
    return alert->state == ALERT_FIRING && alert->severity >= notify->config.least;
}

/* The notices of the alerts of now: what is known of them goes on. */
static struct notice_list take_alerts(const struct round_of_notices *r)
{
    struct notice_list next = {.arena = arena_new()};
    for (size_t i = 0; i < r->alert_count; i++) {
        if (!counts(r->notify, &r->alerts[i]))
            continue;
        const struct notice *known = notice_find(&r->notify->notices, &r->alerts[i]);
        struct notice notice = known ? *known : (struct notice){.starts_at_ms = r->t_ms};
        notice.alert = r->alerts[i];
        notice_add(&next, &notice);
    }
    notice_sort(&next);
    return next;
}

static void end_others(struct round_of_notices *r, const struct notice_list *next)
{
    struct notice_list *known = &r->notify->notices;
    for (size_t i = 0; i < known->count; i++)
        if (known->at[i].told && r->notify->config.resolved &&
            !notice_find(next, &known->at[i].alert))
            add_event(r, &known->at[i], NOTIFY_RESOLVED);
}

void notify_tick(struct notify *notify, const struct alert *alerts, size_t count, int64_t t_ms,
                 struct arena *arena, const struct notify_event **events, size_t *event_count)
{
    struct round_of_notices r = {
        .notify = notify, .alerts = alerts, .alert_count = count, .t_ms = t_ms, .arena = arena};
    silence_expire(notify, t_ms);
    struct notice_list next = take_alerts(&r);
    end_others(&r, &next);
    arena_free(&notify->notices.arena);
    notify->notices = next;
    for (size_t i = 0; i < count; i++) {
        struct notice *notice = counts(notify, &alerts[i]) ? notice_find(&next, &alerts[i]) : NULL;
        if (notice)
            consider(&r, notice);
    }
    *events = r.events;
    *event_count = r.event_count;
}

struct notify_held notify_held(const struct notify *notify, const struct alert *alert)
{
    const struct notice *notice = notice_find(&notify->notices, alert);
    const struct silence *silence = silence_find(notify, alert);

    if (!notice || notice->hold == HOLD_NONE)
        return (struct notify_held){.by = "", .comment = ""};
    if (notice->hold == HOLD_SILENCED && silence)
        return (struct notify_held){HOLD_SILENCED, silence->public.by, silence->public.comment,
                                    silence->public.until_ms};
    return (struct notify_held){notice->hold, notice->by ? notice->by : "",
                                notice->comment ? notice->comment : "", 0};
}

static bool is_called(const struct alert *alert, const char *text)
{
    char id[9];
    notify_alert_id(alert, id);
    return strcmp(id, text) == 0 || strcmp(alert->name, text) == 0;
}

size_t notify_acknowledge(struct notify *notify, const char *text, const char *by,
                          const char *comment, bool undo)
{
    size_t found = 0;
    for (size_t i = 0; i < notify->notices.count; i++) {
        struct notice *notice = &notify->notices.at[i];
        if (!is_called(&notice->alert, text))
            continue;
        found++;
        notice->acknowledged = !undo;
        notice->hold = undo ? HOLD_NONE : HOLD_ACKNOWLEDGED;
        notice->known_severity = notice->alert.severity;
        notice->known_value = notice->alert.value;
        notice->by = arena_strdup(notify->notices.arena, by);
        notice->comment = arena_strdup(notify->notices.arena, comment);
    }
    return found;
}

void notify_shift(struct notify *notify, int64_t ms)
{
    for (size_t i = 0; i < notify->notices.count; i++) {
        notify->notices.at[i].starts_at_ms += ms;
        notify->notices.at[i].told_at_ms += ms;
    }
}
