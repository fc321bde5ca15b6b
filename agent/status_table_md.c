/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "agent/report_table_grid.h"
#include "agent/status_table.h"

enum { BAR_MOST = 40, BAR_LEAST = 10 };

void status_put_bar(const struct report_style *style, double ratio, size_t columns, struct buf *out)
{
    static const char *const eighths[] = {"",       "\u258f", "\u258e", "\u258d",
                                          "\u258c", "\u258b", "\u258a", "\u2589"};
    size_t steps = style->utf8 ? 8 : 1, inside = style->utf8 ? columns : columns - 2;
    ratio = ratio < 0 ? 0 : ratio > 1 ? 1 : ratio;
    size_t done = (size_t)(ratio * (double)(inside * steps));
    struct buf bar = {0};
    for (size_t i = 0; i < done / steps; i++)
        buf_puts(&bar, style->utf8 ? "\u2588" : "#");
    buf_puts(&bar, eighths[done % steps]);
    size_t filled = done / steps + (done % steps != 0);
    buf_puts(out, style->utf8 ? "" : "[");
    table_put(style, TABLE_GREEN, bar.length ? bar.data : "", out);
    buf_free(&bar);
    for (size_t i = filled; i < inside; i++)
        buf_puts(&bar, style->utf8 ? "\u2591" : ".");
    table_put(style, TABLE_DIM, bar.length ? bar.data : "", out);
    buf_free(&bar);
    buf_puts(out, style->utf8 ? "" : "]");
}

/* A line with a bar in it: what stands before and behind it. */
struct sync_line {
    const char *head, *rest;
    double done; /* NaN: there is no bar */
};

/* " md1  checking    ########....  73.0 %  145 MB/s  2h 5m to go (1h 50m to 3h)" */
static struct sync_line make_line(const struct table *table, const char *array,
                                  const struct table_sync *sync, const char *text)
{
    array = table_clean(table->style, array, table->arena);
    if (sync->waits || !isfinite(sync->done))
        return (struct sync_line){arena_printf(table->arena, " %-6s%s", array, text), "", NAN};
    const char *rest = arena_printf(table->arena, " %5.1f %%", 100 * sync->done);
    const char *left = table_time_to_go(table, sync);
    if (sync->speed > 0)
        rest = arena_printf(table->arena, "%s  %s/s", rest, table_bytes(sync->speed, table->arena));
    if (*left)
        rest = arena_printf(table->arena, "%s  %s", rest, left);
    return (struct sync_line){arena_printf(table->arena, " %-6s%-11s", array, sync->doing), rest,
                              sync->done};
}

/* Bars are as long as the longest line leaves room for, all the same. */
static size_t bar_columns(const struct table *table, const struct sync_line *lines, size_t count)
{
    size_t widest = 0, width = table_width(table->style);
    for (size_t i = 0; i < count; i++) {
        size_t used = table_columns(lines[i].head) + table_columns(lines[i].rest);
        widest = isfinite(lines[i].done) && used > widest ? used : widest;
    }
    if (widest + BAR_LEAST > width)
        return BAR_LEAST;
    return width - widest > BAR_MOST ? BAR_MOST : width - widest;
}

static void put_syncs(const struct status_view *view, const struct instant *arrays, size_t count)
{
    const struct table *table = &view->table;
    struct table_syncs syncs = table_find_syncs(table);
    struct sync_line *lines = ARENA_ARRAY(table->arena, struct sync_line, count + 1);
    size_t running = 0;
    for (size_t i = 0; i < count; i++) {
        const char *name = labels_get(arrays[i].labels, "array");
        struct table_sync sync = table_sync_of(table, &syncs, name);
        const char *text = table_progress(table, &syncs, name);
        if (*text)
            lines[running++] = make_line(table, name, &sync, text);
    }
    size_t columns = bar_columns(table, lines, running);
    buf_puts(table->out, running ? "\n" : "");
    for (size_t i = 0; i < running; i++) {
        buf_puts(table->out, lines[i].head);
        if (isfinite(lines[i].done))
            status_put_bar(table->style, lines[i].done, columns, table->out);
        buf_printf(table->out, "%s\n", lines[i].rest);
    }
}

/* Only where there are any: the column is left out where all are 0. */
static const char *count_of(const struct table *table, const struct instant_index *index,
                            const char *array)
{
    double count = instant_value(index, array, 0);
    return count > 0 ? arena_printf(table->arena, "%.0f", count) : NULL;
}

/* What the next failure costs, in words that need no thought. */
static const char *can_lose(const struct table *table, const struct instant_index *index,
                            const char *array)
{
    double redundancy = instant_value(index, array, NAN);
    if (!isfinite(redundancy))
        return NULL;
    if (redundancy < 0)
        return "data are lost";
    return redundancy > 0 ? arena_printf(table->arena, "%.0f more", redundancy) : "none more";
}

void status_put_arrays(const struct status_view *view)
{
    static const struct grid_column columns[] = {
        {"array", false}, {"level", false},    {"state", false},     {"members", false},
        {"size", true},   {"can lose", false}, {"mismatches", true},
    };
    const struct table *table = &view->table;
    struct instant_index state = table_index(table, "forewarn_md_state", "array");
    struct instant_index members = table_index(table, "forewarn_md_member_state", "array");
    struct instant_index wanted = table_index(table, "forewarn_md_disks_wanted", "array");
    struct instant_index size = table_index(table, "forewarn_md_size_bytes", "array");
    struct instant_index redundancy = table_index(table, "forewarn_md_redundancy", "array");
    struct instant_index mismatches = table_index(table, "forewarn_md_mismatches", "array");
    struct grid grid = {.columns = columns, .column_count = sizeof columns / sizeof *columns};
    struct instant *arrays;
    size_t count = table_find_arrays(table, &arrays);
    for (size_t i = 0; i < count; i++) {
        const char *array = labels_get(arrays[i].labels, "array");
        double bytes = instant_value(&size, array, NAN);
        const char **row = grid_row(&grid, table->arena);
        row[0] = table_clean(table->style, array, table->arena);
        row[1] = table_clean(table->style, labels_get(arrays[i].labels, "level"), table->arena);
        row[2] = table_clean(table->style, table_word(&state, array, "state"), table->arena);
        row[3] = table_member_map(table, &members, array, instant_value(&wanted, array, NAN));
        row[4] = isfinite(bytes) ? table_bytes(bytes, table->arena) : NULL;
        row[5] = can_lose(table, &redundancy, array);
        row[6] = count_of(table, &mismatches, array);
    }
    if (!count)
        return;
    buf_puts(table->out, "\n");
    grid_put(&grid, table->style, 1, table->out);
    put_syncs(view, arrays, count);
}
