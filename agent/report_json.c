/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/report_json.h"

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/family.h"
#include "core/number.h"
#include "core/utf8.h"

typedef Io__Prometheus__Client__Metric metric_t;

/*
 * The outer object is written member by member and its lists item by item, a line each, so that
 * memory stays small for a probe with many samples; jansson makes and writes the items.
 */
struct writer {
    struct buf *out;
    bool more; /* something stands before at this level */
};

static json_t *must(json_t *json)
{
    if (!json)
        abort();
    return json;
}

static json_t *string(const char *text)
{
    struct buf clean = {0};
    utf8_clean(text ? text : "", &clean);
    json_t *json = must(json_stringn(clean.length ? clean.data : "", clean.length));
    buf_free(&clean);
    return json;
}

static json_t *number(double value)
{
    if (isfinite(value))
        return must(fabs(value) < 0x1p63 && value == trunc(value) ? json_integer((json_int_t)value)
                                                                  : json_real(value));
    struct buf text = {0};
    number_print(value, &text);
    json_t *json = string(text.data);
    buf_free(&text);
    return json;
}

/* Takes value; the key may be outside text too. */
static void set(json_t *object, const char *key, json_t *value)
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

static void put_json(json_t *json, struct buf *out)
{
    if (json_dump_callback(json, append, out,
                           JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15)) < 0)
        abort();
    json_decref(json);
}

static void put_member(struct writer *writer, const char *key, json_t *value)
{
    buf_printf(writer->out, "%s\n \"%s\": ", writer->more ? "," : "{", key);
    writer->more = true;
    if (value)
        put_json(value, writer->out);
}

static struct writer begin_list(struct writer *writer, const char *key)
{
    put_member(writer, key, NULL);
    buf_puts(writer->out, "[");
    return (struct writer){.out = writer->out};
}

static void put_item(struct writer *list, json_t *item)
{
    buf_puts(list->out, list->more ? ",\n  " : "\n  ");
    list->more = true;
    put_json(item, list->out);
}

static void end_list(const struct writer *list)
{
    buf_puts(list->out, list->more ? "\n ]" : "]");
}

static json_t *labels_json(const struct labels *labels)
{
    json_t *object = must(json_object());
    for (size_t i = 0; i < labels->count; i++)
        set(object, labels->at[i].name, string(labels->at[i].value));
    return object;
}

/* Seconds since 1970, as Prometheus' own interfaces have them. */
static json_t *seconds(int64_t ms)
{
    return number((double)ms / 1000);
}

static json_t *alert_json(const struct alert *alert)
{
    json_t *object = must(json_object());
    set(object, "name", string(alert->name));
    set(object, "severity", string(severity_name(alert->severity)));
    set(object, "state", string(alert_state_name(alert->state)));
    set(object, "value", number(alert->value));
    set(object, "since", alert->active_at_ms ? seconds(alert->active_at_ms) : json_null());
    set(object, "labels", labels_json(alert->labels));
    set(object, "annotations", labels_json(alert->annotations));
    return object;
}

static json_t *held_json(const struct held_alert *held)
{
    json_t *object = alert_json(held->alert), *reason = must(json_object());
    set(reason, "why", string(held->why));
    set(reason, "by", string(held->by));
    set(reason, "comment", string(held->comment));
    set(reason, "until", held->until_ms ? seconds(held->until_ms) : json_null());
    set(object, "held", reason);
    return object;
}

static json_t *finding_json(const struct finding *finding)
{
    json_t *object = must(json_object());
    set(object, "kind", string(finding->kind));
    set(object, "blind", json_boolean(finding->blind));
    set(object, "probe", string(finding->probe));
    set(object, "target", string(finding->target));
    set(object, "file", string(finding->file));
    set(object, "offset", finding->offset >= 0 ? json_integer(finding->offset) : json_null());
    set(object, "message", string(finding->message));
    return object;
}

static json_t *probe_json(const struct probe_result *probe)
{
    json_t *object = must(json_object());
    set(object, "name", string(probe->name));
    set(object, "up", json_boolean(probe->up));
    set(object, "seconds", number(probe->seconds));
    if (!probe->up)
        set(object, "error", string(probe->error));
    return object;
}

static json_t *unjudged_json(const struct unjudged *unjudged)
{
    json_t *object = must(json_object());
    set(object, "name", string(unjudged->name));
    set(object, "why", string(unjudged->why));
    return object;
}

/* What an agent knows besides, which a single look cannot. */
static void put_watched(struct writer *writer, const struct look *look)
{
    struct writer list = begin_list(writer, "pending");
    for (size_t i = 0; i < look->pending_count; i++)
        put_item(&list, alert_json(&look->pending[i]));
    end_list(&list);
    list = begin_list(writer, "held");
    for (size_t i = 0; i < look->held_count; i++)
        put_item(&list, held_json(&look->held[i]));
    end_list(&list);
}

static void put_findings(struct writer *writer, const struct look *look)
{
    struct writer list = begin_list(writer, "findings");
    for (size_t i = 0; i < look->finding_count; i++)
        put_item(&list, finding_json(&look->findings[i]));
    end_list(&list);
}

void report_json(const struct look *look, struct buf *out)
{
    struct writer writer = {.out = out}, list;
    put_member(&writer, "schema", json_integer(1));
    put_member(&writer, "host", string(look->host));
    put_member(&writer, "time", seconds(look->at_ms));
    put_member(&writer, "verdict", string(verdict_name(look->verdict)));
    list = begin_list(&writer, "alerts");
    for (size_t i = 0; i < look->alert_count; i++)
        put_item(&list, alert_json(&look->alerts[i]));
    end_list(&list);
    if (look->watched)
        put_watched(&writer, look);
    put_findings(&writer, look);
    list = begin_list(&writer, "not_judged");
    for (size_t i = 0; i < look->unjudged_count; i++)
        put_item(&list, unjudged_json(&look->unjudged[i]));
    end_list(&list);
    list = begin_list(&writer, "probes");
    for (size_t i = 0; i < look->probe_count; i++)
        put_item(&list, probe_json(&look->probes[i]));
    end_list(&list);
    buf_puts(out, "\n}\n");
}

static void put_sample(struct writer *list, const char *name, const metric_t *metric)
{
    double value;
    if (!family_value(metric, &value))
        return;
    json_t *object = must(json_object()), *labels = must(json_object());
    for (size_t i = 0; i < metric->n_label; i++)
        if (metric->label[i]->name && metric->label[i]->value && metric->label[i]->value[0])
            set(labels, metric->label[i]->name, string(metric->label[i]->value));
    set(object, "name", string(name));
    set(object, "labels", labels);
    set(object, "value", number(value));
    put_item(list, object);
}

void report_json_probe(const struct look *look,
                       const Io__Prometheus__Client__MetricFamily *const *families, size_t count,
                       struct buf *out)
{
    const struct probe_result *probe = &look->probes[0];
    struct writer writer = {.out = out}, list;
    put_member(&writer, "schema", json_integer(1));
    put_member(&writer, "host", string(look->host));
    put_member(&writer, "time", seconds(look->at_ms));
    put_member(&writer, "probe", string(probe->name));
    put_member(&writer, "up", json_boolean(probe->up));
    put_member(&writer, "seconds", number(probe->seconds));
    if (!probe->up)
        put_member(&writer, "error", string(probe->error));
    list = begin_list(&writer, "samples");
    for (size_t i = 0; i < count; i++)
        for (size_t m = 0; families[i]->name && m < families[i]->n_metric; m++)
            put_sample(&list, families[i]->name, families[i]->metric[m]);
    end_list(&list);
    put_findings(&writer, look);
    buf_puts(out, "\n}\n");
}
