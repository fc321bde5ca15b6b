/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "agent/report_table_grid.h"
#include "agent/status_table.h"

const char *status_ago(const struct status_view *view, int64_t at_ms)
{
    if (!at_ms)
        return NULL;
    double seconds = (double)(view->status->now_ms - at_ms) / 1000;
    return seconds < 1 ? "now"
                       : arena_printf(view->table.arena, "%s ago",
                                      table_duration(seconds, view->table.arena));
}

/* A dim line below an alert: since when, and by which name it is acknowledged. */
static void put_below(const struct table *table, const char *text)
{
    struct buf line = {0};
    table_wrap(table->style, TABLE_INDENT, TABLE_INDENT, text, &line);
    table_pad(TABLE_INDENT, table->out);
    table_put(table->style, TABLE_DIM, line.data, table->out);
    buf_free(&line);
}

static const char *since(const struct status_view *view, const struct alert *alert)
{
    const struct table *table = &view->table;
    if (!alert->active_at_ms)
        return "";
    double seconds = (double)(view->status->now_ms - alert->active_at_ms) / 1000;
    return arena_printf(table->arena, "since %s (%s), ",
                        table_moment(alert->active_at_ms, view->status->now_ms, table->arena),
                        table_duration(seconds, table->arena));
}

static void put_alert(const struct status_view *view, const struct alert *alert)
{
    const struct table *table = &view->table;
    char id[9] = "";
    view->status->alert_id(alert, id);
    table_put_severity(table, alert->severity);
    table_wrap(table->style, TABLE_INDENT, TABLE_INDENT, table_summary(alert), table->out);
    put_below(table, arena_printf(table->arena, "%s%s %s", since(view, alert), alert->name, id));
}

static void put_alerts(const struct status_view *view)
{
    const struct look *look = view->table.look;
    if (look->alert_count)
        buf_puts(view->table.out, "\n");
    for (size_t i = 0; i < look->alert_count; i++)
        put_alert(view, &look->alerts[i]);
    size_t before = view->table.out->length;
    buf_puts(view->table.out, "\n");
    size_t nothing = view->table.out->length;
    table_put_held(&view->table);
    table_put_pending(&view->table);
    table_put_not_seen(&view->table);
    if (view->table.style->verbose)
        table_put_noted(&view->table);
    if (view->table.out->length == nothing)
        view->table.out->length = before;
}

/* When it was judged, and by whom. */
static void put_agent(const struct status_view *view)
{
    const struct table *table = &view->table;
    const struct status *status = view->status;
    const char *started = table_moment(status->started_ms, status->now_ms, table->arena);
    const char *text =
        status->judged
            ? arena_printf(table->arena, "watching since %s, judged %s", started,
                           status_ago(view, status->look->at_ms))
            : arena_printf(table->arena, "watching since %s, and has not judged yet", started);
    table_put(table->style, TABLE_DIM, text, table->out);
    buf_puts(table->out, "\n");
}

static const char *probe_state(const struct status_view *view, const struct status_probe *probe)
{
    if (!probe->enabled)
        return "switched off";
    if (!probe->last_ms)
        return "looks for the first time";
    if (!probe->up)
        return arena_printf(view->table.arena, "gave up: %s",
                            table_clean(view->table.style, probe->error, view->table.arena));
    return probe->under_way ? "looks now" : "ok";
}

static void put_probes(const struct status_view *view)
{
    static const struct grid_column columns[] = {{"probe", false},    {"each", true},
                                                 {"last look", true}, {"took", true},
                                                 {"next in", true},   {"state", false}};
    struct arena *arena = view->table.arena;
    struct grid grid = {.columns = columns, .column_count = sizeof columns / sizeof *columns};
    for (size_t i = 0; i < view->status->probe_count; i++) {
        const struct status_probe *probe = &view->status->probes[i];
        const char **row = grid_row(&grid, arena);
        double next = (double)(probe->next_ms - view->status->now_ms) / 1000;
        row[0] = probe->name;
        row[5] = probe_state(view, probe);
        if (!probe->enabled)
            continue;
        row[1] = table_duration((double)probe->interval_ms / 1000, arena);
        row[2] = status_ago(view, probe->last_ms);
        row[3] = probe->last_ms ? arena_printf(arena, "%.2f s", probe->seconds) : NULL;
        row[4] = probe->next_ms ? table_duration(next > 0 ? next : 0, arena) : NULL;
    }
    buf_puts(view->table.out, "\n");
    grid_put(&grid, view->table.style, 1, view->table.out);
}

static void put_asides(const struct status_view *view)
{
    const struct table *table = &view->table;
    size_t done = 0;
    for (size_t i = 0; i < view->status->aside_count; i++) {
        const struct status_aside *aside = &view->status->asides[i];
        table_item(table, "Left out:", &done,
                   arena_printf(table->arena, "%s by %s: its worker hangs in the kernel since %s",
                                aside->target, aside->probe,
                                table_moment(aside->since_ms, view->status->now_ms, table->arena)));
    }
}

static void put_silences(const struct status_view *view)
{
    const struct table *table = &view->table;
    size_t done = 0;
    for (size_t i = 0; i < view->status->silence_count; i++) {
        const struct status_silence *silence = &view->status->silences[i];
        table_item(table, "Silence:", &done,
                   arena_printf(table->arena, "%s %s until %s by %s%s%s", silence->id,
                                silence->selector,
                                table_moment(silence->until_ms, view->status->now_ms, table->arena),
                                silence->by, silence->comment[0] ? ": " : "", silence->comment));
    }
}

static void put_exporters(const struct status_view *view)
{
    const struct table *table = &view->table;
    size_t done = 0;
    for (size_t i = 0; i < view->status->exporter_count; i++) {
        const struct status_exporter *exporter = &view->status->exporters[i];
        const char *text = arena_printf(table->arena, "%s%s", exporter->name,
                                        exporter->running ? "" : " does not run");
        if (exporter->receivers)
            text = arena_printf(table->arena, "%s, %zu receiver%s", text, exporter->receivers,
                                exporter->receivers == 1 ? "" : "s");
        if (exporter->waiting)
            text = arena_printf(table->arena, "%s, %zu event%s not delivered yet", text,
                                exporter->waiting, exporter->waiting == 1 ? "" : "s");
        table_item(table, "Tells:", &done, text);
    }
}

void status_table(const struct status *status, const struct report_style *style, struct buf *out)
{
    SCRATCH_ARENA(arena);
    const struct status_view view = {.table = {status->look, status->store, style, arena, out},
                                     .status = status};
    table_put_first_line(&view.table);
    put_agent(&view);
    put_alerts(&view);
    status_put_arrays(&view);
    status_put_disks(&view);
    put_probes(&view);
    put_asides(&view);
    put_silences(&view);
    put_exporters(&view);
}
