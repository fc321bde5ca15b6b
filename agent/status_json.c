/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "agent/json_labels.h"
#include "agent/report_json_parts.h"
#include "agent/report_table_parts.h"
#include "agent/status_report.h"

static json_t *known(double value)
{
    return isfinite(value) ? report_json_number(value) : json_null();
}

static json_t *moment(int64_t ms)
{
    return ms ? report_json_seconds(ms) : json_null();
}

static void add(json_t *list, json_t *item)
{
    json_must(json_array_append_new(list, item) == 0 ? list : NULL);
}

static json_t *alert_json(const struct status *status, const struct alert *alert, json_t *object)
{
    char id[9];
    status->alert_id(alert, id);
    report_json_set(object, "id", report_json_text(id));
    return object;
}

static void set_alerts(const struct status *status, json_t *root)
{
    const struct look *look = status->look;
    json_t *alerts = json_array(), *pending = json_array(), *held = json_array();
    for (size_t i = 0; i < look->alert_count; i++)
        add(alerts, alert_json(status, &look->alerts[i], report_json_alert(&look->alerts[i])));
    for (size_t i = 0; i < look->pending_count; i++)
        add(pending, alert_json(status, &look->pending[i], report_json_alert(&look->pending[i])));
    for (size_t i = 0; i < look->held_count; i++)
        add(held, alert_json(status, look->held[i].alert, report_json_held(&look->held[i])));
    report_json_set(root, "alerts", alerts);
    report_json_set(root, "pending", pending);
    report_json_set(root, "held", held);
}

static void set_findings(const struct look *look, json_t *root)
{
    json_t *findings = json_array();
    for (size_t i = 0; i < look->finding_count; i++)
        add(findings, report_json_finding(&look->findings[i]));
    report_json_set(root, "findings", findings);
}

/* null where nothing runs or waits. */
static json_t *sync_json(const struct table_sync *sync)
{
    json_t *object = json_must(json_object());
    if (!sync->waits && !*sync->doing) {
        json_decref(object);
        return json_null();
    }
    report_json_set(object, "action", report_json_text(sync->action));
    report_json_set(object, "waits", json_boolean(sync->waits != NULL));
    report_json_set(object, "completed_ratio", known(sync->done));
    report_json_set(object, "bytes_per_second", known(sync->speed));
    report_json_set(object, "seconds_left", known(sync->middle));
    report_json_set(object, "seconds_left_low", known(sync->low));
    report_json_set(object, "seconds_left_high", known(sync->high));
    return object;
}

static void set_arrays(const struct table *table, json_t *root)
{
    struct table_syncs syncs = table_find_syncs(table);
    struct instant_index state = table_index(table, "forewarn_md_state", "array");
    struct instant_index size = table_index(table, "forewarn_md_size_bytes", "array");
    struct instant_index redundancy = table_index(table, "forewarn_md_redundancy", "array");
    struct instant *arrays;
    json_t *list = json_array();
    size_t count = table_find_arrays(table, &arrays);
    for (size_t i = 0; i < count; i++) {
        const char *array = labels_get(arrays[i].labels, "array");
        struct table_sync sync = table_sync_of(table, &syncs, array);
        json_t *object = json_must(json_object());
        report_json_set(object, "array", report_json_text(array));
        report_json_set(object, "level", report_json_text(labels_get(arrays[i].labels, "level")));
        report_json_set(object, "state", report_json_text(table_word(&state, array, "state")));
        report_json_set(object, "size_bytes", known(instant_value(&size, array, NAN)));
        report_json_set(object, "redundancy", known(instant_value(&redundancy, array, NAN)));
        report_json_set(object, "sync", sync_json(&sync));
        add(list, object);
    }
    report_json_set(root, "arrays", list);
}

static void set_disks(const struct table *table, json_t *root)
{
    static const char *const names[] = {"disk", "device", "model", "serial", "enclosure", "bay"};
    struct instant_index asleep = table_index(table, "forewarn_disk_asleep", "disk");
    struct instant_index readable = table_index(table, "forewarn_disk_readable", "disk");
    struct instant_index read =
        table_index(table, "forewarn_disk_last_read_timestamp_seconds", "disk");
    const struct instant *disks;
    json_t *list = json_array();
    size_t count = instant_select(table->store, "forewarn_disk_info", table->look->at_ms,
                                  table->arena, &disks);
    for (size_t i = 0; i < count; i++) {
        const char *disk = labels_get(disks[i].labels, "disk");
        double at = instant_value(&read, disk, NAN);
        json_t *object = json_must(json_object());
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            report_json_set(object, names[k],
                            report_json_text(labels_get(disks[i].labels, names[k])));
        report_json_set(object, "asleep", json_boolean(instant_value(&asleep, disk, 0) == 1));
        report_json_set(object, "readable", json_boolean(instant_value(&readable, disk, 1) == 1));
        report_json_set(object, "last_read", at > 0 ? known(at) : json_null());
        add(list, object);
    }
    report_json_set(root, "disks", list);
}

static void set_probes(const struct status *status, json_t *root)
{
    json_t *list = json_array(), *asides = json_array();
    for (size_t i = 0; i < status->probe_count; i++) {
        const struct status_probe *probe = &status->probes[i];
        json_t *object = json_must(json_object());
        report_json_set(object, "name", report_json_text(probe->name));
        report_json_set(object, "enabled", json_boolean(probe->enabled));
        report_json_set(object, "under_way", json_boolean(probe->under_way));
        report_json_set(object, "up", probe->last_ms ? json_boolean(probe->up) : json_null());
        report_json_set(object, "error", report_json_text(probe->error));
        report_json_set(object, "interval", known((double)probe->interval_ms / 1000));
        report_json_set(object, "last", moment(probe->last_ms));
        report_json_set(object, "next", moment(probe->next_ms));
        report_json_set(object, "seconds", known(probe->seconds));
        add(list, object);
    }
    for (size_t i = 0; i < status->aside_count; i++) {
        json_t *object = json_must(json_object());
        report_json_set(object, "probe", report_json_text(status->asides[i].probe));
        report_json_set(object, "target", report_json_text(status->asides[i].target));
        report_json_set(object, "since", moment(status->asides[i].since_ms));
        add(asides, object);
    }
    report_json_set(root, "probes", list);
    report_json_set(root, "left_out", asides);
}

static void set_told(const struct status *status, json_t *root)
{
    json_t *silences = json_array(), *exporters = json_array();
    for (size_t i = 0; i < status->silence_count; i++) {
        const struct status_silence *silence = &status->silences[i];
        json_t *object = json_must(json_object());
        report_json_set(object, "id", report_json_text(silence->id));
        report_json_set(object, "selector", report_json_text(silence->selector));
        report_json_set(object, "by", report_json_text(silence->by));
        report_json_set(object, "comment", report_json_text(silence->comment));
        report_json_set(object, "until", moment(silence->until_ms));
        add(silences, object);
    }
    for (size_t i = 0; i < status->exporter_count; i++) {
        const struct status_exporter *exporter = &status->exporters[i];
        json_t *object = json_must(json_object());
        report_json_set(object, "name", report_json_text(exporter->name));
        report_json_set(object, "running", json_boolean(exporter->running));
        report_json_set(object, "receivers", known((double)exporter->receivers));
        report_json_set(object, "waiting", known((double)exporter->waiting));
        add(exporters, object);
    }
    report_json_set(root, "silences", silences);
    report_json_set(root, "exporters", exporters);
}

void status_json(const struct status *status, struct buf *out)
{
    SCRATCH_ARENA(arena);
    const struct report_style style = {.utf8 = true};
    const struct table table = {status->look, status->store, &style, arena, out};
    json_t *root = json_must(json_object());
    report_json_set(root, "schema", json_integer(1));
    report_json_set(root, "host", report_json_text(status->look->host));
    report_json_set(root, "time", report_json_seconds(status->now_ms));
    report_json_set(root, "started", report_json_seconds(status->started_ms));
    report_json_set(root, "judged",
                    status->judged ? report_json_seconds(status->look->at_ms) : json_null());
    report_json_set(root, "verdict", report_json_text(verdict_name(status->look->verdict)));
    set_alerts(status, root);
    set_findings(status->look, root);
    set_arrays(&table, root);
    set_disks(&table, root);
    set_probes(status, root);
    set_told(status, root);
    json_put(root, out);
    buf_puts(out, "\n");
}
