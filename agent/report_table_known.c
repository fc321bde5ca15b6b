/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "agent/report_table_parts.h"

const char *table_moment(int64_t at_ms, int64_t now_ms, struct arena *arena)
{
    time_t at = (time_t)(at_ms / 1000), now = (time_t)(now_ms / 1000);
    struct tm then, today;
    char text[64];
    if (!localtime_r(&at, &then) || !localtime_r(&now, &today))
        return "?";
    bool same_day = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
    if (!strftime(text, sizeof text, same_day ? "%H:%M" : "%Y-%m-%d %H:%M", &then))
        return "?";
    return arena_strdup(arena, text);
}

const char *table_summary(const struct alert *alert)
{
    const char *summary = labels_get(alert->annotations, "summary");
    return *summary ? summary : alert->name;
}

const char *table_held_reason(const struct table *table, const struct held_alert *held)
{
    struct buf text = {0};
    buf_puts(&text, held->why);
    if (held->until_ms)
        buf_printf(&text, " until %s",
                   table_moment(held->until_ms, table->look->at_ms, table->arena));
    if (held->by[0])
        buf_printf(&text, " by %s", held->by);
    if (held->comment[0])
        buf_printf(&text, ": %s", held->comment);
    const char *reason = arena_strdup(table->arena, text.data);
    buf_free(&text);
    return reason;
}

void table_put_held(const struct table *table)
{
    size_t done = 0;
    for (size_t i = 0; i < table->look->held_count; i++) {
        const struct held_alert *held = &table->look->held[i];
        table_item(table, "Known:", &done,
                   arena_printf(table->arena, "%s, %s (%s)", severity_name(held->alert->severity),
                                table_summary(held->alert), table_held_reason(table, held)));
    }
}

void table_put_pending(const struct table *table)
{
    size_t done = 0;
    for (size_t i = 0; i < table->look->pending_count; i++) {
        const struct alert *alert = &table->look->pending[i];
        double seconds = (double)(table->look->at_ms - alert->active_at_ms) / 1000;
        table_item(table, "Pending:", &done,
                   arena_printf(table->arena, "%s, %s (for %s)", severity_name(alert->severity),
                                table_summary(alert), table_duration(seconds, table->arena)));
    }
}
