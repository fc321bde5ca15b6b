/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/report_json.h"

#include <stdbool.h>
#include <stdlib.h>

#include "agent/json_labels.h"
#include "agent/report_json_parts.h"
#include "core/family.h"

typedef Io__Prometheus__Client__Metric metric_t;

/*
 * The outer object is written member by member and its lists item by item, a line each, so that
 * memory stays small for a probe with many samples; jansson makes and writes the items.
 */
struct writer {
    struct buf *out;
    bool more; /* something stands before at this level */
};

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

static json_t *probe_json(const struct probe_result *probe)
{
    json_t *object = json_must(json_object());
    report_json_set(object, "name", report_json_text(probe->name));
    report_json_set(object, "up", json_boolean(probe->up));
    report_json_set(object, "seconds", report_json_number(probe->seconds));
    if (!probe->up)
        report_json_set(object, "error", report_json_text(probe->error));
    return object;
}

static json_t *unjudged_json(const struct unjudged *unjudged)
{
    json_t *object = json_must(json_object());
    report_json_set(object, "name", report_json_text(unjudged->name));
    report_json_set(object, "why", report_json_text(unjudged->why));
    return object;
}

/* What an agent knows besides, which a single look cannot. */
static void put_watched(struct writer *writer, const struct look *look)
{
    struct writer list = begin_list(writer, "pending");
    for (size_t i = 0; i < look->pending_count; i++)
        put_item(&list, report_json_alert(&look->pending[i]));
    end_list(&list);
    list = begin_list(writer, "held");
    for (size_t i = 0; i < look->held_count; i++)
        put_item(&list, report_json_held(&look->held[i]));
    end_list(&list);
}

static void put_findings(struct writer *writer, const struct look *look)
{
    struct writer list = begin_list(writer, "findings");
    for (size_t i = 0; i < look->finding_count; i++)
        put_item(&list, report_json_finding(&look->findings[i]));
    end_list(&list);
}

void report_json(const struct look *look, struct buf *out)
{
    struct writer writer = {.out = out}, list;
    put_member(&writer, "schema", json_integer(1));
    put_member(&writer, "host", report_json_text(look->host));
    put_member(&writer, "time", report_json_seconds(look->at_ms));
    put_member(&writer, "verdict", report_json_text(verdict_name(look->verdict)));
    list = begin_list(&writer, "alerts");
    for (size_t i = 0; i < look->alert_count; i++)
        put_item(&list, report_json_alert(&look->alerts[i]));
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
    json_t *object = json_must(json_object()), *labels = json_must(json_object());
    for (size_t i = 0; i < metric->n_label; i++)
        if (metric->label[i]->name && metric->label[i]->value && metric->label[i]->value[0])
            report_json_set(labels, metric->label[i]->name,
                            report_json_text(metric->label[i]->value));
    report_json_set(object, "name", report_json_text(name));
    report_json_set(object, "labels", labels);
    report_json_set(object, "value", report_json_number(value));
    put_item(list, object);
}

void report_json_probe(const struct look *look,
                       const Io__Prometheus__Client__MetricFamily *const *families, size_t count,
                       struct buf *out)
{
    const struct probe_result *probe = &look->probes[0];
    struct writer writer = {.out = out}, list;
    put_member(&writer, "schema", json_integer(1));
    put_member(&writer, "host", report_json_text(look->host));
    put_member(&writer, "time", report_json_seconds(look->at_ms));
    put_member(&writer, "probe", report_json_text(probe->name));
    put_member(&writer, "up", json_boolean(probe->up));
    put_member(&writer, "seconds", report_json_number(probe->seconds));
    if (!probe->up)
        put_member(&writer, "error", report_json_text(probe->error));
    list = begin_list(&writer, "samples");
    for (size_t i = 0; i < count; i++)
        for (size_t m = 0; families[i]->name && m < families[i]->n_metric; m++)
            put_sample(&list, families[i]->name, families[i]->metric[m]);
    end_list(&list);
    put_findings(&writer, look);
    buf_puts(out, "\n}\n");
}
