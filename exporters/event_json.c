/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/event_json.h"

#include <math.h>
#include <stdlib.h>

#include "core/number.h"
#include "core/utf8.h"
#include "exporters/event_text.h"

json_t *event_json_must(json_t *json)
{
    if (!json)
        abort();
    return json;
}

json_t *event_json_string(const char *text)
{
    struct buf clean = {0};
    utf8_clean(text ? text : "", &clean);
    json_t *json = event_json_must(json_string(clean.length ? clean.data : ""));
    buf_free(&clean);
    return json;
}

void event_json_set(json_t *object, const char *key, json_t *value)
{
    struct buf clean = {0};
    utf8_clean(key, &clean);
    if (json_object_set_new(object, clean.length ? clean.data : "", value) < 0)
        abort();
    buf_free(&clean);
}

static int append(const char *data, size_t length, void *out)
{
    buf_add(out, data, length);
    return 0;
}

void event_json_put(json_t *json, struct buf *out)
{
    if (json_dump_callback(json, append, out, JSON_COMPACT | JSON_REAL_PRECISION(15)) < 0)
        abort();
    json_decref(json);
}

/* JSON has no NaN and no infinity: these are texts. */
static json_t *number(double value)
{
    if (isfinite(value))
        return event_json_must(fabs(value) < 0x1p53 && value == trunc(value)
                                   ? json_integer((json_int_t)value)
                                   : json_real(value));
    struct buf text = {0};
    number_print(value, &text);
    json_t *json = event_json_string(text.data);
    buf_free(&text);
    return json;
}

static json_t *seconds(int64_t ms)
{
    return number((double)ms / 1000);
}

static json_t *pairs(Io__Prometheus__Client__LabelPair *const *pair, size_t count)
{
    json_t *object = event_json_must(json_object());
    for (size_t i = 0; i < count; i++)
        if (pair[i]->name && pair[i]->value)
            event_json_set(object, pair[i]->name, event_json_string(pair[i]->value));
    return object;
}

static json_t *alert_json(const Forewarn__Event *event)
{
    const Forewarn__Alert *alert = event->alert;
    json_t *object = event_json_must(json_object());

    event_json_set(object, "name", event_json_string(alert->name));
    event_json_set(
        object, "severity",
        event_json_string(alert->severity && alert->severity[0] ? alert->severity : "none"));
    event_json_set(object, "value", number(alert->value));
    event_json_set(object, "since",
                   alert->starts_at_ms ? seconds(alert->starts_at_ms) : json_null());
    if (alert->has_ends_at_ms)
        event_json_set(object, "until", seconds(alert->ends_at_ms));
    event_json_set(object, "labels", pairs(alert->label, alert->n_label));
    event_json_set(object, "annotations", pairs(alert->annotation, alert->n_annotation));
    return object;
}

void event_json(const Forewarn__Event *event, struct buf *out)
{
    SCRATCH_ARENA(arena);
    json_t *object = event_json_must(json_object());

    event_json_set(object, "schema", json_integer(1));
    event_json_set(object, "id", event_json_string(event->id));
    event_json_set(object, "sequence", json_integer((json_int_t)event->sequence));
    event_json_set(object, "state", event_json_string(event_text_state(event)));
    event_json_set(object, "time", seconds(event->at_ms));
    event_json_set(object, "host", event_json_string(event->host));
    event_json_set(object, "subject", event_json_string(event_text_subject(event, arena)));
    if (event->alert)
        event_json_set(object, "alert", alert_json(event));
    event_json_put(object, out);
    buf_puts(out, "\n");
}
