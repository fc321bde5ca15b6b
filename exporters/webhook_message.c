/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/webhook_message.h"

#include <string.h>
#include <time.h>

#include "exporters/event_json.h"
#include "exporters/event_text.h"

/* An event as an alert of Alertmanager's. */
struct posted {
    const Forewarn__Event *event;
    const struct labels *labels;   /* with severity */
    const struct labels *identity; /* without */
    const struct labels *annotations;
    const struct labels *group;
};

struct list {
    struct arena *arena;
    struct label *at;
    size_t count, room;
};

/* A later one of the same name is the one that counts; one without a value takes nothing away. */
static void add(struct list *list, const char *name, const char *value)
{
    if (!name || !name[0] || !value || !value[0])
        return;
    list->at = arena_grow(list->arena, list->at, list->count, &list->room, sizeof *list->at);
    list->at[list->count++] = (struct label){name, value};
}

/* What has no alert is one by the name that the field has for it. */
static const char *alert_name(const Forewarn__Event *event)
{
    if (event_text_alert(event)[0])
        return event_text_alert(event);
    return event->kind == FOREWARN__EVENT_KIND__HEARTBEAT ? "Watchdog" : "ForewarnTest";
}

static const char *severity(const Forewarn__Event *event)
{
    if (event->alert && event->alert->severity && event->alert->severity[0])
        return event->alert->severity;
    return event->kind == FOREWARN__EVENT_KIND__TEST ? "info" : "none";
}

static const struct labels *make_labels(const Forewarn__Event *event, struct arena *arena)
{
    const Forewarn__Alert *alert = event->alert;
    struct list list = {.arena = arena};

    add(&list, "instance", event->host);
    for (size_t i = 0; alert && i < alert->n_label; i++)
        add(&list, alert->label[i]->name, alert->label[i]->value);
    add(&list, "alertname", alert_name(event));
    add(&list, "severity", severity(event));
    return labels_new(arena, list.at, list.count);
}

static const struct labels *make_annotations(const Forewarn__Event *event, struct arena *arena)
{
    const Forewarn__Alert *alert = event->alert;
    struct list list = {.arena = arena};

    add(&list, "summary", event_text_summary(event, arena));
    for (size_t i = 0; alert && i < alert->n_annotation; i++)
        add(&list, alert->annotation[i]->name, alert->annotation[i]->value);
    add(&list, "forewarn_event", event->id);
    return labels_new(arena, list.at, list.count);
}

static struct posted make(const struct webhook_settings *settings, const Forewarn__Event *event,
                          struct arena *arena)
{
    struct posted posted = {.event = event,
                            .labels = make_labels(event, arena),
                            .annotations = make_annotations(event, arena)};
    posted.identity = labels_with(arena, posted.labels, "severity", "");
    posted.group = settings->group_by_count
                       ? labels_filter(arena, posted.labels, settings->group_by,
                                       settings->group_by_count, true)
                       : posted.identity;
    return posted;
}

size_t webhook_batch(const struct webhook_settings *settings, const Forewarn__Event *const *events,
                     size_t count)
{
    SCRATCH_ARENA(arena);
    size_t most = count < WEBHOOK_MAX_ALERTS ? count : WEBHOOK_MAX_ALERTS;
    struct posted *posted = ARENA_ARRAY(arena, struct posted, most);

    posted[0] = make(settings, events[0], arena);
    for (size_t n = 1; n < most; n++) {
        posted[n] = make(settings, events[n], arena);
        if (!labels_equal(posted[n].group, posted[0].group))
            return n;
        for (size_t i = 0; i < n; i++)
            if (labels_equal(posted[i].identity, posted[n].identity))
                return n;
    }
    return most;
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211U;
    return (hash ^ 255U) * 1099511628211U;
}

const char *webhook_fingerprint(const struct labels *labels, struct arena *arena)
{
    uint64_t hash = 14695981039346656037U;
    for (size_t i = 0; i < labels->count; i++)
        hash = hash_text(hash_text(hash, labels->at[i].name), labels->at[i].value);
    return arena_printf(arena, "%016llx", (unsigned long long)hash);
}

/* {}:{a="b", c="d"}: the route, which is none, and the group's labels. */
static json_t *group_key(const struct labels *group)
{
    struct buf text = {0};

    buf_puts(&text, "{}:{");
    for (size_t i = 0; i < group->count; i++) {
        buf_printf(&text, "%s%s=\"", i ? ", " : "", group->at[i].name);
        label_escape(group->at[i].value, &text);
        buf_puts(&text, "\"");
    }
    buf_puts(&text, "}");
    json_t *json = event_json_string(text.data);
    buf_free(&text);
    return json;
}

/* RFC 3339; 0 is Go's time that is none. */
static json_t *time_json(int64_t ms)
{
    char day[32], text[48];
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;

    if (!ms || !gmtime_r(&seconds, &tm) || !strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &tm))
        return event_json_string("0001-01-01T00:00:00Z");
    snprintf(text, sizeof text, "%s.%03dZ", day, (int)(ms % 1000));
    return event_json_string(text);
}

static json_t *labels_json(const struct labels *labels)
{
    json_t *object = event_json_must(json_object());
    for (size_t i = 0; i < labels->count; i++)
        event_json_set(object, labels->at[i].name, event_json_string(labels->at[i].value));
    return object;
}

static bool is_over(const Forewarn__Event *event)
{
    return event->kind == FOREWARN__EVENT_KIND__RESOLVED;
}

static json_t *alert_json(const struct webhook_settings *settings, const struct posted *posted)
{
    SCRATCH_ARENA(arena);
    const Forewarn__Event *event = posted->event;
    const Forewarn__Alert *alert = event->alert;
    json_t *object = event_json_must(json_object());
    int64_t ends_ms = alert && alert->ends_at_ms ? alert->ends_at_ms : event->at_ms;

    event_json_set(object, "status", event_json_string(is_over(event) ? "resolved" : "firing"));
    event_json_set(object, "labels", labels_json(posted->labels));
    event_json_set(object, "annotations", labels_json(posted->annotations));
    event_json_set(object, "startsAt",
                   time_json(alert && alert->starts_at_ms ? alert->starts_at_ms : event->at_ms));
    event_json_set(object, "endsAt", time_json(is_over(event) ? ends_ms : 0));
    event_json_set(object, "generatorURL", event_json_string(settings->external_url));
    event_json_set(object, "fingerprint",
                   event_json_string(webhook_fingerprint(posted->identity, arena)));
    return object;
}

/* The labels, or annotations, that all have, with the same values. */
static const struct labels *common(const struct labels *a, const struct labels *b,
                                   struct arena *arena)
{
    struct list list = {.arena = arena};
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(labels_get(b, a->at[i].name), a->at[i].value) == 0)
            add(&list, a->at[i].name, a->at[i].value);
    return labels_new(arena, list.at, list.count);
}

void webhook_json(const struct webhook_settings *settings, const char *receiver,
                  const Forewarn__Event *const *events, size_t count, struct buf *out)
{
    SCRATCH_ARENA(arena);
    json_t *object = event_json_must(json_object()), *alerts = event_json_must(json_array());
    const struct labels *labels = NULL, *annotations = NULL, *group = NULL;
    bool firing = false;

    for (size_t i = 0; i < count; i++) {
        struct posted posted = make(settings, events[i], arena);
        labels = labels ? common(labels, posted.labels, arena) : posted.labels;
        annotations =
            annotations ? common(annotations, posted.annotations, arena) : posted.annotations;
        group = posted.group;
        firing = firing || !is_over(events[i]);
        json_array_append_new(alerts, alert_json(settings, &posted));
    }
    event_json_set(object, "version", event_json_string("4"));
    event_json_set(object, "groupKey", group_key(group));
    event_json_set(object, "truncatedAlerts", json_integer(0));
    event_json_set(object, "status", event_json_string(firing ? "firing" : "resolved"));
    event_json_set(object, "receiver", event_json_string(receiver));
    event_json_set(object, "groupLabels", labels_json(group));
    event_json_set(object, "commonLabels", labels_json(labels));
    event_json_set(object, "commonAnnotations", labels_json(annotations));
    event_json_set(object, "externalURL", event_json_string(settings->external_url));
    event_json_set(object, "alerts", alerts);
    event_json_put(object, out);
}

enum outcome webhook_outcome(long status)
{
    if (status >= 200 && status < 300)
        return OUTCOME_DELIVERED;
    return status >= 400 && status < 500 && status != 429 && status != 408 ? OUTCOME_REFUSED
                                                                           : OUTCOME_FAILED;
}
