/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/report_table_grid.h"
#include "agent/report_table_parts.h"

/* What stands of a disk: a label of its info, or a metric in units of scale. */
struct disk_column {
    const char *label, *metric;
    double scale;
    const char *unit;
};

static const struct grid_column heads[] = {
    {"disk", false},    {"model", false},    {"serial", false},      {"bay", false},
    {"hours on", true}, {"temp", true},      {"wear", true},         {"pending", true},
    {"realloc", true},  {"uncorr", true},    {"media", true},        {"grown", true},
    {"crc", true},      {"io errors", true}, {"own verdict", false},
};

static const struct disk_column columns[] = {
    {.label = "device"},
    {.label = "model"},
    {.label = "serial"},
    {.label = "bay"},
    {.metric = "forewarn_disk_power_on_seconds", .scale = 1.0 / 3600, .unit = ""},
    {.metric = "forewarn_disk_temperature_celsius", .scale = 1, .unit = " C"},
    {.metric = "forewarn_disk_wear_ratio", .scale = 100, .unit = " %"},
    {.metric = "forewarn_disk_pending_sectors", .scale = 1, .unit = ""},
    {.metric = "forewarn_disk_reallocated_sectors", .scale = 1, .unit = ""},
    {.metric = "forewarn_disk_offline_uncorrectable_sectors", .scale = 1, .unit = ""},
    {.metric = "forewarn_disk_media_errors_total", .scale = 1, .unit = ""},
    {.metric = "forewarn_disk_grown_defects", .scale = 1, .unit = ""},
    {.metric = "forewarn_disk_crc_errors_total", .scale = 1, .unit = ""},
    {.metric = "forewarn_disk_io_errors_total", .scale = 1, .unit = ""},
    {.metric = "forewarn_disk_healthy"},
};

enum { COLUMNS = sizeof columns / sizeof columns[0] };

static int by_device(const void *a, const void *b)
{
    const struct instant *x = a, *y = b;
    return strverscmp(labels_get(x->labels, "device"), labels_get(y->labels, "device"));
}

static const char *cell(const struct table *table, size_t column, const struct instant *disk,
                        const struct instant_index *index)
{
    const struct disk_column *what = &columns[column];
    if (what->label)
        return table_clean(table->style, labels_get(disk->labels, what->label), table->arena);
    double value = instant_value(index, labels_get(disk->labels, "disk"), NAN);
    if (!isfinite(value))
        return NULL;
    if (!what->unit)
        return value == 1 ? "good" : "FAILING";
    return arena_printf(table->arena, "%.0f%s", value * what->scale, what->unit);
}

void table_put_disks(const struct table *table)
{
    struct grid grid = {.columns = heads, .column_count = COLUMNS};
    struct instant_index indexes[COLUMNS] = {{0}};
    const struct instant *found;
    size_t count = instant_select(table->store, "forewarn_disk_info", table->look->at_ms,
                                  table->arena, &found);
    if (!count)
        return;
    struct instant *disks = ARENA_ARRAY(table->arena, struct instant, count);
    memcpy(disks, found, count * sizeof *disks);
    qsort(disks, count, sizeof *disks, by_device);
    for (size_t c = 0; c < COLUMNS; c++)
        if (columns[c].metric)
            indexes[c] = table_index(table, columns[c].metric, "disk");
    for (size_t i = 0; i < count; i++) {
        const char **row = grid_row(&grid, table->arena);
        for (size_t c = 0; c < COLUMNS; c++)
            row[c] = cell(table, c, &disks[i], &indexes[c]);
    }
    grid_put(&grid, table->style, 1, table->out);
    buf_puts(table->out, "\n");
}
