/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/report_table_parts.h"

/* What is named one by one, and how many texts a part has, unless verbose. */
enum { NAMED = 4, TEXTS = 8 };

/* Findings that say the same of several targets. */
struct group {
    const struct finding *const *findings;
    size_t count;
};

static int by_text(const void *a, const void *b)
{
    const struct finding *x = *(const struct finding *const *)a;
    const struct finding *y = *(const struct finding *const *)b;
    int order = strcmp(x->message, y->message);
    order = order ? order : strcmp(x->probe, y->probe);
    return order ? order : x < y ? -1 : x > y;
}

static bool same_text(const struct finding *a, const struct finding *b)
{
    return strcmp(a->message, b->message) == 0 && strcmp(a->probe, b->probe) == 0;
}

/* In the order of each group's first finding. */
static int by_place(const void *a, const void *b)
{
    const struct group *x = a, *y = b;
    return x->findings[0] < y->findings[0] ? -1 : x->findings[0] > y->findings[0];
}

static size_t group_findings(const struct table *table, bool blind, struct group **groups)
{
    const struct look *look = table->look;
    size_t kept = 0, count = 0;
    const struct finding **sorted =
        ARENA_ARRAY(table->arena, const struct finding *, look->finding_count + 1);
    *groups = ARENA_ARRAY(table->arena, struct group, look->finding_count + 1);
    for (size_t i = 0; i < look->finding_count; i++)
        if (look->findings[i].blind == blind)
            sorted[kept++] = &look->findings[i];
    if (!kept)
        return 0;
    qsort(sorted, kept, sizeof *sorted, by_text);
    for (size_t i = 0; i < kept; i++) {
        if (!i || !same_text(sorted[i - 1], sorted[i]))
            (*groups)[count++] = (struct group){&sorted[i], 0};
        (*groups)[count - 1].count++;
    }
    qsort(*groups, count, sizeof **groups, by_place);
    return count;
}

/* "sda, sdb and 22 more" */
static void put_names(const struct table *table, const char *const *names, size_t count,
                      struct buf *out)
{
    size_t shown = table->style->verbose || count <= NAMED + 1 ? count : NAMED;
    for (size_t i = 0; i < shown; i++)
        buf_printf(out, "%s%s", i ? ", " : "", names[i]);
    if (count > shown)
        buf_printf(out, " and %zu more", count - shown);
}

/* A disk goes by its kernel name, as in all other lines. */
static const char *target_of(const struct finding *finding, const struct instant_index *disks)
{
    const struct instant *disk = instant_find(disks, finding->target);
    const char *device = disk ? labels_get(disk->labels, "device") : "";
    return *device ? device : finding->target[0] ? finding->target : finding->probe;
}

/* Where it was met, unless the message says so already. */
static void put_place(const struct group *group, struct buf *out)
{
    const struct finding *first = group->findings[0];
    if (!first->file[0] || strstr(first->message, first->file))
        return;
    buf_printf(out, " (%s", first->file);
    if (first->offset >= 0)
        buf_printf(out, ", byte %lld", (long long)first->offset);
    if (group->count > 1)
        buf_printf(out, " and %zu more", group->count - 1);
    buf_puts(out, ")");
}

/* Whether the message says itself whom it is about: "sda claims to be ...". */
static bool begins_with(const char *message, const char *name)
{
    size_t length = strlen(name);
    return strncmp(message, name, length) == 0 && message[length] == ' ';
}

/* A target that several files speak of is named once. */
static void put_group(const struct table *table, const struct group *group,
                      const struct instant_index *disks, struct buf *out)
{
    const char **names = ARENA_ARRAY(table->arena, const char *, group->count);
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++) {
        const char *name = target_of(group->findings[i], disks);
        if (!count || strcmp(names[count - 1], name) != 0)
            names[count++] = name;
    }
    if (count > 1 || !begins_with(group->findings[0]->message, names[0])) {
        put_names(table, names, count, out);
        buf_puts(out, ": ");
    }
    buf_puts(out, group->findings[0]->message);
    put_place(group, out);
}

static void put_groups(const struct table *table, const char *head, bool blind, size_t *done)
{
    struct instant_index disks = table_index(table, "forewarn_disk_info", "disk");
    struct group *groups;
    size_t count = group_findings(table, blind, &groups);
    size_t shown = table->style->verbose || count <= TEXTS + 1 ? count : TEXTS;
    for (size_t i = 0; i < shown; i++) {
        struct buf text = {0};
        put_group(table, &groups[i], &disks, &text);
        table_item(table, head, done, text.data);
        buf_free(&text);
    }
    if (count > shown)
        table_item(table, head, done,
                   arena_printf(table->arena, "... and %zu more (-v shows them)", count - shown));
}

/* Disks that sleep were not woken: what is known of them is old. */
static void put_asleep(const struct table *table, const char *head, size_t *done)
{
    const struct instant *asleep;
    size_t count = instant_select(table->store, "forewarn_disk_asleep", table->look->at_ms,
                                  table->arena, &asleep);
    struct instant_index info = table_index(table, "forewarn_disk_info", "disk");
    struct instant_index read =
        table_index(table, "forewarn_disk_last_read_timestamp_seconds", "disk");
    for (size_t i = 0; i < count; i++) {
        const char *disk = labels_get(asleep[i].labels, "disk");
        const struct instant *who = instant_find(&info, disk);
        const char *device = who ? labels_get(who->labels, "device") : "";
        double at = instant_value(&read, disk, 0);
        double age = (double)table->look->at_ms / 1000 - at;
        if (asleep[i].value != 1)
            continue;
        const char *when = at > 0 ? arena_printf(table->arena, "last read %s ago",
                                                 table_duration(age, table->arena))
                                  : "not read so far";
        table_item(table, head, done,
                   arena_printf(table->arena, "%s is asleep and was not woken (%s)",
                                *device ? device : disk, when));
    }
}

void table_put_not_seen(const struct table *table)
{
    static const char head[] = "Not seen:";
    const struct look *look = table->look;
    size_t done = 0;
    for (size_t i = 0; i < look->probe_count; i++) {
        const struct probe_result *probe = &look->probes[i];
        if (!probe->up)
            table_item(table, head, &done,
                       arena_printf(table->arena, "probe %s gave up: %s", probe->name,
                                    probe->error[0] ? probe->error : "no reason given"));
    }
    put_groups(table, head, true, &done);
    put_asleep(table, head, &done);
}

void table_put_noted(const struct table *table)
{
    size_t done = 0;
    put_groups(table, "Noted:", false, &done);
}

void table_put_unjudged(const struct table *table)
{
    const struct look *look = table->look;
    size_t done = 0;
    if (!look->unjudged_count)
        return;
    if (!table->style->verbose) {
        table_item(table, "Unjudged:", &done,
                   arena_printf(table->arena,
                                "%zu rule%s look%s back in time and could not be judged on a "
                                "single look (-v names %s)",
                                look->unjudged_count, look->unjudged_count == 1 ? "" : "s",
                                look->unjudged_count == 1 ? "s" : "",
                                look->unjudged_count == 1 ? "it" : "them"));
        return;
    }
    for (size_t i = 0; i < look->unjudged_count; i++)
        table_item(
            table, "Unjudged:", &done,
            arena_printf(table->arena, "%s: %s", look->unjudged[i].name, look->unjudged[i].why));
}
