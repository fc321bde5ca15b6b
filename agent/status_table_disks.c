/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/report_table_grid.h"
#include "agent/status_table.h"

/* Counts of which each one is worth a line, and what they are called. */
static const struct {
    const char *metric, *noun;
} counts[] = {
    {"forewarn_disk_pending_sectors", "pending"},
    {"forewarn_disk_reallocated_sectors", "reallocated"},
    {"forewarn_disk_offline_uncorrectable_sectors", "uncorrectable"},
    {"forewarn_disk_media_errors_total", "media errors"},
    {"forewarn_disk_grown_defects", "grown defects"},
};

/* From so many columns on there is room for what matters less. */
enum { COUNTS = sizeof counts / sizeof *counts, WIDE = 96 };

/* What is asked of each disk, by its identity. */
struct indexes {
    struct instant_index vanished, asleep, readable, read, temperature, hours, healthy,
        counts[COUNTS];
};

static struct indexes find_indexes(const struct table *table)
{
    struct indexes found = {
        .vanished = table_index(table, "forewarn_disk_vanished", "disk"),
        .asleep = table_index(table, "forewarn_disk_asleep", "disk"),
        .readable = table_index(table, "forewarn_disk_readable", "disk"),
        .read = table_index(table, "forewarn_disk_last_read_timestamp_seconds", "disk"),
        .temperature = table_index(table, "forewarn_disk_temperature_celsius", "disk"),
        .hours = table_index(table, "forewarn_disk_power_on_seconds", "disk"),
        .healthy = table_index(table, "forewarn_disk_healthy", "disk"),
    };
    for (size_t i = 0; i < COUNTS; i++)
        found.counts[i] = table_index(table, counts[i].metric, "disk");
    return found;
}

static bool is_in_alert(const struct look *look, const struct labels *info)
{
    const char *disk = labels_get(info, "disk"), *device = labels_get(info, "device");
    for (size_t i = 0; i < look->alert_count; i++) {
        const struct labels *labels = look->alerts[i].labels;
        if ((*disk && strcmp(labels_get(labels, "disk"), disk) == 0) ||
            (*device && strcmp(labels_get(labels, "device"), device) == 0))
            return true;
    }
    return false;
}

static const char *add(const struct table *table, const char *text, const char *more)
{
    return arena_printf(table->arena, "%s%s%s", text, *text ? ", " : "", more);
}

/* "asleep, 24 pending"; "" where there is nothing to say. */
static const char *state_of(const struct table *table, const struct indexes *indexes,
                            const char *disk)
{
    const char *text = "";
    if (instant_value(&indexes->vanished, disk, 0) == 1)
        text = add(table, text, "gone");
    else if (instant_value(&indexes->readable, disk, 1) == 0)
        text = add(table, text, "cannot be read");
    if (instant_value(&indexes->asleep, disk, 0) == 1)
        text = add(table, text, "asleep");
    if (instant_value(&indexes->healthy, disk, 1) == 0)
        text = add(table, text, "says it fails");
    for (size_t i = 0; i < COUNTS; i++) {
        double count = instant_value(&indexes->counts[i], disk, 0);
        if (count > 0)
            text = add(table, text, arena_printf(table->arena, "%.0f %s", count, counts[i].noun));
    }
    return text;
}

static int by_device(const void *a, const void *b)
{
    const struct instant *x = a, *y = b;
    return strverscmp(labels_get(x->labels, "device"), labels_get(y->labels, "device"));
}

static void add_row(const struct status_view *view, const struct indexes *indexes,
                    const struct labels *info, const char *state, struct grid *grid)
{
    static const char *const names[] = {"device", "model", "serial", "bay"};
    const struct table *table = &view->table;
    const char *disk = labels_get(info, "disk");
    const char **row = grid_row(grid, table->arena);
    double temperature = instant_value(&indexes->temperature, disk, NAN);
    double hours = instant_value(&indexes->hours, disk, NAN) / 3600;
    double read = instant_value(&indexes->read, disk, 0);
    for (size_t i = 0; i < 4; i++)
        row[i] = table_clean(table->style, labels_get(info, names[i]), table->arena);
    row[4] = isfinite(temperature) ? arena_printf(table->arena, "%.0f C", temperature) : NULL;
    row[5] = isfinite(hours) && table_width(table->style) >= WIDE
                 ? arena_printf(table->arena, "%.0f", hours)
                 : NULL;
    row[6] = read > 0 ? status_ago(view, (int64_t)(read * 1000)) : NULL;
    row[7] = state;
}

/* Of those that got no row: how many, how warm, and how old the oldest look at one of them is. */
struct others {
    size_t count;
    double coldest, warmest, oldest_s;
};

static void count_other(const struct status_view *view, const struct indexes *indexes,
                        const char *disk, struct others *others)
{
    double temperature = instant_value(&indexes->temperature, disk, NAN);
    double age = (double)view->status->now_ms / 1000 - instant_value(&indexes->read, disk, NAN);
    others->count++;
    others->coldest = fmin(others->coldest, temperature);
    others->warmest = fmax(others->warmest, temperature);
    others->oldest_s = fmax(others->oldest_s, age);
}

static void put_others(const struct status_view *view, const struct others *others, bool all)
{
    struct arena *arena = view->table.arena;
    const char *text = arena_printf(arena, "%zu %sdisk%s with nothing to note", others->count,
                                    all ? "" : "other ", others->count == 1 ? "" : "s");
    if (isfinite(others->coldest))
        text = arena_printf(arena,
                            others->coldest < others->warmest ? "%s, %.0f to %.0f C" : "%s, %.0f C",
                            text, others->coldest, others->warmest);
    if (isfinite(others->oldest_s))
        text = arena_printf(arena, "%s, all read within %s", text,
                            table_duration(fmax(others->oldest_s, 1), arena));
    buf_puts(view->table.out, " ");
    table_wrap(view->table.style, 1, 1, text, view->table.out);
}

void status_put_disks(const struct status_view *view)
{
    static const struct grid_column columns[] = {
        {"disk", false}, {"model", false},   {"serial", false},   {"bay", false},
        {"temp", true},  {"hours on", true}, {"last read", true}, {"state", false}};
    const struct table *table = &view->table;
    struct grid grid = {.columns = columns, .column_count = sizeof columns / sizeof *columns};
    struct others others = {.coldest = NAN, .warmest = NAN, .oldest_s = NAN};
    const struct instant *found;
    size_t count = instant_select(table->store, "forewarn_disk_info", table->look->at_ms,
                                  table->arena, &found);
    struct indexes indexes = find_indexes(table);
    struct instant *disks = ARENA_ARRAY(table->arena, struct instant, count + 1);
    if (!count)
        return;
    memcpy(disks, found, count * sizeof *disks);
    qsort(disks, count, sizeof *disks, by_device);
    for (size_t i = 0; i < count; i++) {
        const char *disk = labels_get(disks[i].labels, "disk");
        const char *state = state_of(table, &indexes, disk);
        if (*state || table->style->verbose || is_in_alert(table->look, disks[i].labels))
            add_row(view, &indexes, disks[i].labels, state, &grid);
        else
            count_other(view, &indexes, disk, &others);
    }
    buf_puts(table->out, "\n");
    if (grid.row_count)
        grid_put(&grid, table->style, 1, table->out);
    if (others.count)
        put_others(view, &others, !grid.row_count);
}
