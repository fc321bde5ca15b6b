/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/exporters/event_fixture.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

enum { MAX_PAIRS = 20 };
#define AT_MS INT64_C(1772368200000)

typedef Io__Prometheus__Client__LabelPair pair_t;

static pair_t *make_pair(struct arena *arena, const char *name, const char *value)
{
    pair_t *pair = ARENA_NEW(arena, pair_t);
    io__prometheus__client__label_pair__init(pair);
    pair->name = arena_strdup(arena, name);
    pair->value = arena_strdup(arena, value);
    return pair;
}

static Forewarn__Alert *make_alert(struct arena *arena)
{
    Forewarn__Alert *alert = ARENA_NEW(arena, Forewarn__Alert);
    forewarn__alert__init(alert);
    alert->has_value = alert->has_starts_at_ms = true;
    alert->value = 2.5;
    alert->starts_at_ms = AT_MS - 1800 * 1000;
    alert->label = ARENA_ARRAY(arena, pair_t *, MAX_PAIRS);
    alert->annotation = ARENA_ARRAY(arena, pair_t *, MAX_PAIRS);
    return alert;
}

static void add(Forewarn__Alert *alert, const char *name, const char *value, struct arena *arena)
{
    static const char *const annotations[] = {"summary", "description", "action"};
    pair_t *pair = make_pair(arena, name, value);

    if (strcmp(name, "severity") == 0) {
        alert->severity = pair->value;
        return;
    }
    if (strcmp(name, "alertname") == 0)
        alert->name = pair->value;
    for (size_t i = 0; i < sizeof annotations / sizeof *annotations; i++)
        if (strcmp(name, annotations[i]) == 0) {
            alert->annotation[alert->n_annotation++] = pair;
            return;
        }
    alert->label[alert->n_label++] = pair;
}

Forewarn__Event *event_fixture(struct arena *arena, const char *id, Forewarn__EventKind kind, ...)
{
    Forewarn__Event *event = ARENA_NEW(arena, Forewarn__Event);
    va_list pairs;

    forewarn__event__init(event);
    event->id = arena_strdup(arena, id);
    event->has_kind = event->has_at_ms = event->has_sequence = true;
    event->kind = kind;
    event->at_ms = AT_MS;
    event->sequence = 7;
    event->host = arena_strdup(arena, "mail7");
    va_start(pairs, kind);
    for (const char *name; (name = va_arg(pairs, const char *));) {
        if (!event->alert)
            event->alert = make_alert(arena);
        add(event->alert, name, va_arg(pairs, const char *), arena);
    }
    va_end(pairs);
    if (event->alert && kind == FOREWARN__EVENT_KIND__RESOLVED) {
        event->alert->has_ends_at_ms = true;
        event->alert->ends_at_ms = AT_MS;
    }
    return event;
}
