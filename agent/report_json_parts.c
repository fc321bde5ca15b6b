/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/report_json_parts.h"

#include <math.h>
#include <stdlib.h>

#include "agent/json_labels.h"
#include "core/number.h"
#include "core/utf8.h"

json_t *report_json_text(const char *text)
{
    struct buf clean = {0};
    utf8_clean(text ? text : "", &clean);
    json_t *json = json_must(json_stringn(clean.length ? clean.data : "", clean.length));
    buf_free(&clean);
    return json;
}

json_t *report_json_number(double value)
{
    if (isfinite(value))
        return json_must(fabs(value) < 0x1p63 && value == trunc(value)
                             ? json_integer((json_int_t)value)
                             : json_real(value));
    struct buf text = {0};
    number_print(value, &text);
    json_t *json = report_json_text(text.data);
    buf_free(&text);
    return json;
}

void report_json_set(json_t *object, const char *key, json_t *value)
{
    struct buf clean = {0};
    utf8_clean(key, &clean);
    if (json_object_set_new(object, clean.length ? clean.data : "", value) < 0)
        abort();
    buf_free(&clean);
}

static json_t *labels_json(const struct labels *labels)
{
    json_t *object = json_must(json_object());
    for (size_t i = 0; i < labels->count; i++)
        report_json_set(object, labels->at[i].name, report_json_text(labels->at[i].value));
    return object;
}

json_t *report_json_seconds(int64_t ms)
{
    return report_json_number((double)ms / 1000);
}

json_t *report_json_alert(const struct alert *alert)
{
    json_t *object = json_must(json_object());
    report_json_set(object, "name", report_json_text(alert->name));
    report_json_set(object, "severity", report_json_text(severity_name(alert->severity)));
    report_json_set(object, "state", report_json_text(alert_state_name(alert->state)));
    report_json_set(object, "value", report_json_number(alert->value));
    report_json_set(object, "since",
                    alert->active_at_ms ? report_json_seconds(alert->active_at_ms) : json_null());
    report_json_set(object, "labels", labels_json(alert->labels));
    report_json_set(object, "annotations", labels_json(alert->annotations));
    return object;
}

json_t *report_json_held(const struct held_alert *held)
{
    json_t *object = report_json_alert(held->alert), *reason = json_must(json_object());
    report_json_set(reason, "why", report_json_text(held->why));
    report_json_set(reason, "by", report_json_text(held->by));
    report_json_set(reason, "comment", report_json_text(held->comment));
    report_json_set(reason, "until",
                    held->until_ms ? report_json_seconds(held->until_ms) : json_null());
    report_json_set(object, "held", reason);
    return object;
}

json_t *report_json_finding(const struct finding *finding)
{
    json_t *object = json_must(json_object());
    report_json_set(object, "kind", report_json_text(finding->kind));
    report_json_set(object, "blind", json_boolean(finding->blind));
    report_json_set(object, "probe", report_json_text(finding->probe));
    report_json_set(object, "target", report_json_text(finding->target));
    report_json_set(object, "file", report_json_text(finding->file));
    report_json_set(object, "offset",
                    finding->offset >= 0 ? json_integer(finding->offset) : json_null());
    report_json_set(object, "message", report_json_text(finding->message));
    return object;
}
