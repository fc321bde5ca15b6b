/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/nagios_perf.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/instant.h"
#include "exporters/nagios_range.h"

/* What stands beside the label of a device: _, quotes, =, a value of some digits, bounds, a blank.
 */
enum { VALUE_ROOM = 18 };

struct perf {
    const struct look *look;
    const struct store *store;
    struct arena *arena;
    struct buf *out;
    size_t room; /* what is left of the limit */
    size_t left_out;
};

/* One of the numbers of an array or a disk: a metric keyed by that label alone. */
struct column {
    const char *metric, *suffix, *unit, *bounds;
    double scale;
};

static const struct column md_columns[] = {
    {"forewarn_md_degraded", "degraded", "", "0", 1},
    {"forewarn_md_redundancy", "redundancy", "", "", 1},
    {"forewarn_md_mismatches", "mismatches", "", "0", 1},
};

static const struct column disk_columns[] = {
    {"forewarn_disk_pending_sectors", "pending", "", "0", 1},
    {"forewarn_disk_reallocated_sectors", "reallocated", "", "0", 1},
    {"forewarn_disk_offline_uncorrectable_sectors", "uncorrectable", "", "0", 1},
    {"forewarn_disk_reported_uncorrectable_errors_total", "reported", "c", "", 1},
    {"forewarn_disk_crc_errors_total", "crc", "c", "", 1},
    {"forewarn_disk_grown_defects", "grown", "", "0", 1},
    {"forewarn_disk_media_errors_total", "media_errors", "c", "", 1},
    {"forewarn_disk_wear_ratio", "wear", "%", "0;100", 100},
    {"forewarn_disk_spare_ratio", "spare", "%", "0;100", 100},
    {"forewarn_disk_temperature_celsius", "temperature", "", "", 1},
};

enum {
    MD_COLUMNS = sizeof md_columns / sizeof md_columns[0],
    DISK_COLUMNS = sizeof disk_columns / sizeof disk_columns[0],
};

/* A device with its key in the store and its name in labels. */
struct device {
    const char *key, *name;
};

void nagios_perf_label(const char *text, struct buf *out)
{
    for (; *text; text++) {
        bool plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
                     (*text >= '0' && *text <= '9') || strchr("._:-", *text);
        buf_add(out, plain ? text : "_", 1);
    }
}

/* The guidelines know digits, dot and minus only: no exponent; at most 6 decimals, no zeros last.
 */
static void put_number(double value, struct buf *out)
{
    struct buf text = {0};
    buf_printf(&text, "%.6f", value);
    while (text.data[text.length - 1] == '0')
        text.length--;
    if (text.data[text.length - 1] == '.')
        text.length--;
    buf_add(out, text.data, text.length);
    buf_free(&text);
}

static void put_value(double value, const char *unit, struct buf *out)
{
    if (!isfinite(value) || fabs(value) > 1e18) {
        buf_puts(out, "U");
        return;
    }
    put_number(value, out);
    buf_puts(out, unit);
}

void nagios_perf_put(const char *label, double value, const char *unit, const char *warning,
                     const char *critical, const char *bounds, struct buf *out)
{
    buf_printf(out, "%s'%s'=", out->length ? " " : "", label);
    put_value(value, unit, out);
    buf_printf(out, ";%s;%s;%s", warning, critical, bounds);
    while (out->data[out->length - 1] == ';') /* what is empty at the end may be left out */
        out->length--;
    out->data[out->length] = '\0';
}

static const char *threshold(const struct alert *alert, const char *annotation)
{
    struct nagios_range range;
    const char *text = labels_get(alert->annotations, annotation);
    return nagios_range_parse(text, &range, NULL) == 0 ? text : "";
}

static void put(struct perf *perf, const char *label, double value, const char *unit,
                const char *bounds)
{
    const char *warning = "", *critical = "";
    for (size_t i = 0; i < perf->look->alert_count; i++) {
        const struct alert *alert = &perf->look->alerts[i];
        if (strcmp(labels_get(alert->annotations, "perf"), label) == 0) {
            warning = threshold(alert, "perf_warn");
            critical = threshold(alert, "perf_crit");
            break;
        }
    }
    nagios_perf_put(label, value, unit, warning, critical, bounds, perf->out);
}

static void put_device(struct perf *perf, const struct device *device, const char *suffix,
                       double value, const char *unit, const char *bounds)
{
    struct buf label = {0};
    nagios_perf_label(device->name, &label);
    buf_printf(&label, "_%s", suffix);
    put(perf, label.data, value, unit, bounds);
    buf_free(&label);
}

/*
 * Takes a device's room by its labels only, extra being one more: whether it fits must not change
 * with its values.
 */
static bool fits(struct perf *perf, const struct device *device, const struct column *columns,
                 const struct instant_index *indexes, size_t count, const char *extra)
{
    size_t need = strlen(device->name) + strlen(extra) + VALUE_ROOM;
    for (size_t i = 0; i < count; i++)
        if (instant_find(&indexes[i], device->key))
            need += strlen(device->name) + strlen(columns[i].suffix) + VALUE_ROOM;
    if (need > perf->room) {
        perf->room = 0; /* not a later one that is smaller */
        perf->left_out++;
        return false;
    }
    perf->room -= need;
    return true;
}

static void put_columns(struct perf *perf, const struct device *device,
                        const struct column *columns, const struct instant_index *indexes,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct instant *found = instant_find(&indexes[i], device->key);
        if (found)
            put_device(perf, device, columns[i].suffix, found->value * columns[i].scale,
                       columns[i].unit, columns[i].bounds);
    }
}

static struct instant_index index_of(struct perf *perf, const char *metric, const char *label)
{
    return instant_index(perf->store, metric, label, perf->look->at_ms, perf->arena);
}

static int by_device(const void *a, const void *b)
{
    const struct device *x = a, *y = b;
    int order = strverscmp(x->name, y->name);
    return order ? order : strcmp(x->key, y->key);
}

/* The devices of an info metric by name; of two that would have the same labels only the first. */
static size_t find_devices(struct perf *perf, const char *metric, const char *key, const char *name,
                           struct device **devices)
{
    struct instant_index info = index_of(perf, metric, key);
    size_t kept = 0;
    *devices = ARENA_ARRAY(perf->arena, struct device, info.count + 1);
    for (size_t i = 0; i < info.count; i++) {
        struct buf label = {0};
        const char *id = labels_get(info.at[i].labels, key);
        const char *device = labels_get(info.at[i].labels, name);
        nagios_perf_label(device[0] ? device : id, &label);
        if (label.length)
            (*devices)[kept++] = (struct device){id, arena_strdup(perf->arena, label.data)};
        buf_free(&label);
    }
    if (kept)
        qsort(*devices, kept, sizeof **devices, by_device);
    size_t count = 0;
    for (size_t i = 0; i < kept; i++)
        if (!count || strcmp((*devices)[count - 1].name, (*devices)[i].name) != 0)
            (*devices)[count++] = (*devices)[i];
    return count;
}

/* How far each array's running sync action is; what does not run is done. */
static void put_md(struct perf *perf, const struct device *devices, size_t count)
{
    struct instant_index columns[MD_COLUMNS];
    for (size_t i = 0; i < MD_COLUMNS; i++)
        columns[i] = index_of(perf, md_columns[i].metric, "array");
    struct instant_index completed = index_of(perf, "forewarn_md_sync_completed_ratio", "array");
    struct instant_index action = index_of(perf, "forewarn_md_sync", "array");
    for (size_t i = 0; i < count; i++) {
        const struct device *device = &devices[i];
        if (!fits(perf, device, md_columns, columns, MD_COLUMNS, "sync"))
            continue;
        put_columns(perf, device, md_columns, columns, MD_COLUMNS);
        if (instant_find(&action, device->key))
            put_device(perf, device, "sync", 100 * instant_value(&completed, device->key, 1), "%",
                       "0;100");
    }
}

static void put_disks(struct perf *perf, const struct device *devices, size_t count)
{
    struct instant_index columns[DISK_COLUMNS];
    for (size_t i = 0; i < DISK_COLUMNS; i++)
        columns[i] = index_of(perf, disk_columns[i].metric, "disk");
    for (size_t i = 0; i < count; i++)
        if (fits(perf, &devices[i], disk_columns, columns, DISK_COLUMNS, ""))
            put_columns(perf, &devices[i], disk_columns, columns, DISK_COLUMNS);
}

static double alerts_of(const struct look *look, enum severity severity)
{
    size_t count = 0;
    for (size_t i = 0; i < look->alert_count; i++)
        count += look->alerts[i].severity == severity;
    return (double)count;
}

size_t nagios_perf(const struct look *look, const struct store *store, size_t limit,
                   struct buf *out)
{
    SCRATCH_ARENA(arena);
    struct buf text = {0};
    struct perf perf = {look, store, arena, &text, limit - 4 * VALUE_ROOM, 0};
    struct device *arrays, *disks;
    size_t array_count = find_devices(&perf, "forewarn_md_info", "array", "array", &arrays);
    size_t disk_count = find_devices(&perf, "forewarn_disk_info", "disk", "device", &disks);
    put(&perf, "critical", alerts_of(look, SEVERITY_CRITICAL), "", "0");
    put(&perf, "warning", alerts_of(look, SEVERITY_WARNING), "", "0");
    put(&perf, "arrays", (double)array_count, "", "0");
    put(&perf, "disks", (double)disk_count, "", "0");
    put_md(&perf, arrays, array_count);
    put_disks(&perf, disks, disk_count);
    buf_add(out, text.data, text.length);
    buf_free(&text);
    return perf.left_out;
}
