/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/report_table.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#include "agent/report_table_parts.h"

void table_item(const struct table *table, const char *head, size_t *done, const char *text)
{
    struct buf *out = table->out;
    size_t start = table_columns(head) + 2;
    if (!(*done)++) {
        buf_puts(out, " ");
        table_put(table->style, TABLE_BOLD, head, out);
        buf_puts(out, " ");
    } else {
        start = 0;
    }
    size_t column = start < TABLE_INDENT ? TABLE_INDENT : start;
    table_pad(column - start, out);
    table_wrap(table->style, column, TABLE_INDENT, text, out);
}

struct instant_index table_index(const struct table *table, const char *metric, const char *label)
{
    return instant_index(table->store, metric, label, table->look->at_ms, table->arena);
}

static const char *upper(const char *text, struct arena *arena)
{
    char *copy = arena_strdup(arena, text);
    for (char *at = copy; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    return copy;
}

static enum table_colour severity_colour(enum severity severity)
{
    static const enum table_colour colours[] = {TABLE_PLAIN, TABLE_CYAN, TABLE_YELLOW, TABLE_RED};
    return colours[severity];
}

static enum table_colour verdict_colour(enum verdict verdict)
{
    static const enum table_colour colours[] = {TABLE_GREEN, TABLE_YELLOW, TABLE_RED,
                                                TABLE_MAGENTA};
    return colours[verdict];
}

static size_t alerts_of(const struct look *look, enum severity severity)
{
    size_t count = 0;
    for (size_t i = 0; i < look->alert_count; i++)
        count += look->alerts[i].severity == severity;
    return count;
}

/* "2 critical, 1 warning, 1 info" */
static void put_alert_counts(const struct look *look, struct buf *out)
{
    const char *separator = "";
    for (enum severity s = SEVERITY_CRITICAL; s > SEVERITY_NONE; s--) {
        size_t count = alerts_of(look, s);
        if (!count)
            continue;
        buf_printf(out, "%s%zu %s", separator, count, severity_name(s));
        separator = ", ";
    }
    if (!*separator)
        buf_puts(out, look->verdict == VERDICT_UNKNOWN
                          ? "nothing wrong seen, but not everything could be seen"
                          : "nothing wrong seen");
}

static bool took_part(const struct look *look, const char *probe)
{
    for (size_t i = 0; i < look->probe_count; i++)
        if (strcmp(look->probes[i].name, probe) == 0)
            return true;
    return !look->probe_count;
}

/* "4 arrays, 24 disks": only of what there was a probe for. */
static const char *looked_at(const struct table *table)
{
    static const struct {
        const char *probe, *metric, *noun;
        bool told_if_none;
    } kinds[] = {{"md", "forewarn_md_info", "array", true},
                 {"smart", "forewarn_disk_info", "disk", true},
                 {"nfslock", "forewarn_nfs_mount_info", "NFS mount", false}};
    const char *text = "";
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct instant *found;
        size_t count =
            instant_select(table->store, kinds[i].metric, table->look->at_ms, table->arena, &found);
        if (!count && !(kinds[i].told_if_none && took_part(table->look, kinds[i].probe)))
            continue;
        text = arena_printf(table->arena, "%s%s%zu %s%s", text, *text ? ", " : "", count,
                            kinds[i].noun, count == 1 ? "" : "s");
    }
    return text;
}

/* The verdict; what was looked at stands at the right, or below where there is no room. */
void table_put_first_line(const struct table *table)
{
    const struct look *look = table->look;
    struct buf *out = table->out, counts = {0};
    const char *verdict = upper(verdict_name(look->verdict), table->arena);
    const char *host = table_clean(table->style, look->host, table->arena);
    const char *objects = looked_at(table);
    put_alert_counts(look, &counts);
    table_put(table->style, verdict_colour(look->verdict), verdict, out);
    buf_printf(out, "  %s: %s", host, counts.data);
    size_t used = strlen(verdict) + 2 + table_columns(host) + 2 + counts.length;
    size_t width = table_width(table->style), need = strlen(objects);
    if (used + 2 + need <= width)
        table_pad(need ? width - used - need : 0, out);
    else
        buf_puts(out, "\n          ");
    buf_printf(out, "%s\n", objects);
    buf_free(&counts);
}

static void put_text(const struct table *table, const char *prefix, const char *text)
{
    if (!*text)
        return;
    table_pad(TABLE_INDENT, table->out);
    table_put(table->style, TABLE_BOLD, prefix, table->out);
    table_wrap(table->style, TABLE_INDENT + strlen(prefix), TABLE_INDENT, text, table->out);
}

/* Since when, where that is known and was not just now. */
static void put_since(const struct table *table, const struct alert *alert)
{
    int64_t age_ms = table->look->at_ms - alert->active_at_ms;
    time_t since = (time_t)(alert->active_at_ms / 1000);
    struct tm local;
    char when[64];
    if (!alert->active_at_ms || age_ms < 60000 || !localtime_r(&since, &local) ||
        !strftime(when, sizeof when, "%Y-%m-%d %H:%M", &local))
        return;
    put_text(table, "Since ",
             arena_printf(table->arena, "%s (%s).", when,
                          table_duration((double)age_ms / 1000, table->arena)));
}

/* Which rule says so: to look it up, change it or silence it. */
static void put_rule(const struct table *table, const struct alert *alert)
{
    struct buf rule = {0};
    for (size_t i = 0; i < alert->labels->count; i++) {
        const struct label *label = &alert->labels->at[i];
        if (strcmp(label->name, "alertname") != 0 && strcmp(label->name, LABEL_NAME) != 0)
            buf_printf(&rule, " %s=%s", label->name, label->value);
    }
    put_text(table, "Rule: ",
             arena_printf(table->arena, "%s%s%s", alert->name, rule.length ? "," : "",
                          rule.length ? rule.data : ""));
    buf_free(&rule);
}

void table_put_severity(const struct table *table, enum severity severity)
{
    const char *name = upper(severity_name(severity), table->arena);
    buf_puts(table->out, " ");
    table_put(table->style, severity_colour(severity), name, table->out);
    table_pad(TABLE_INDENT - 1 - strlen(name), table->out);
}

static void put_alert(const struct table *table, const struct alert *alert)
{
    table_put_severity(table, alert->severity);
    table_wrap(table->style, TABLE_INDENT, TABLE_INDENT, table_summary(alert), table->out);
    put_text(table, "", labels_get(alert->annotations, "description"));
    put_since(table, alert);
    put_text(table, "Now: ", labels_get(alert->annotations, "action"));
    if (table->style->verbose)
        put_rule(table, alert);
}

/* What no report can promise. */
static void put_last_word(const struct table *table)
{
    SCRATCH_ARENA(arena);
    const struct instant *found;
    size_t disks =
        instant_select(table->store, "forewarn_disk_info", table->look->at_ms, arena, &found);
    buf_puts(table->out, " ");
    table_wrap(table->style, 1, 1,
               disks ? "A third of failing disks give no sign at all: no warning is no proof of "
                       "health."
                     : "Only what is listed here was looked at: no warning is no proof of health.",
               table->out);
}

void report_table(const struct look *look, const struct store *store,
                  const struct report_style *style, struct buf *out)
{
    SCRATCH_ARENA(arena);
    const struct table table = {look, store, style, arena, out};
    table_put_first_line(&table);
    buf_puts(out, "\n");
    for (size_t i = 0; i < look->alert_count; i++)
        put_alert(&table, &look->alerts[i]);
    if (look->alert_count)
        buf_puts(out, "\n");
    size_t before = out->length;
    table_put_held(&table);
    if (style->verbose)
        table_put_pending(&table);
    table_put_syncs(&table);
    table_put_not_seen(&table);
    table_put_noted(&table);
    table_put_unjudged(&table);
    if (out->length > before)
        buf_puts(out, "\n");
    if (style->verbose) {
        table_put_arrays(&table);
        table_put_disks(&table);
        table_put_nfs(&table);
    }
    put_last_word(&table);
}
