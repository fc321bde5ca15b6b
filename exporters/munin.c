/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/munin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/instant.h"
#include "core/utf8.h"

const char munin_selector[] =
    "{__name__=~\"forewarn_disk_(info|asleep|readable|temperature_celsius|reallocated_sectors"
    "|pending_sectors|wear_ratio|spare_ratio)|forewarn_md_(info|redundancy|sync_completed_ratio"
    "|sync_speed_bytes_per_second)\"}";

const struct munin_graph munin_graphs[] = {
    {"temperature", "Disk temperatures", "degrees Celsius", "What the disks say themselves.",
     "forewarn_disk_temperature_celsius", "disk", 1, NAN, "--base 1000"},
    {"reallocated", "Reallocated sectors", "sectors",
     "Sectors that a disk gave up and took spare ones for. A few that stay are harmless; what "
     "grows is not.",
     "forewarn_disk_reallocated_sectors", "disk", 1, NAN, "--base 1000 -l 0"},
    {"pending", "Pending sectors", "sectors", "Sectors that a disk cannot read now.",
     "forewarn_disk_pending_sectors", "disk", 1, NAN, "--base 1000 -l 0"},
    {"wear", "Wear of disks", "% of the rated life used", "What the disks say themselves.",
     "forewarn_disk_wear_ratio", "disk", 100, NAN, "--base 1000 -l 0"},
    {"spare", "Spare capacity of disks", "% left", "Blocks in reserve for those that wear out.",
     "forewarn_disk_spare_ratio", "disk", 100, NAN, "--base 1000 -l 0 -u 100"},
    {"redundancy", "Redundancy of arrays", "further losses that cost no data",
     "How many more members each array can surely lose. 0: the next failure costs data; -1: data "
     "are lost.",
     "forewarn_md_redundancy", "array", 1, NAN, "--base 1000 -l -1"},
    {"sync", "Progress of checks and rebuilds", "% done", "100 where none runs.",
     "forewarn_md_sync_completed_ratio", "array", 100, 1, "--base 1000 -l 0 -u 100"},
    {"sync_speed", "Speed of checks and rebuilds", "bytes per second", "0 where none runs.",
     "forewarn_md_sync_speed_bytes_per_second", "array", 1, 0, "--base 1000 -l 0"},
    {.name = NULL},
};

const struct munin_graph *munin_find(const char *name)
{
    for (const struct munin_graph *graph = munin_graphs; graph->name; graph++)
        if (strcmp(graph->name, name) == 0)
            return graph;
    return NULL;
}

/* A field: a disk or an array, and what is known of it. */
struct field {
    const struct labels *info;
    const char *key;
    double value; /* NaN: U */
};

struct fields {
    struct field *at;
    size_t count;
};

static int by_name(const void *a, const void *b)
{
    const struct field *x = a, *y = b;
    int order = strverscmp(labels_get(x->info, "device"), labels_get(y->info, "device"));
    return order ? order : strverscmp(x->key, y->key);
}

static struct instant_index index_of(const struct munin_graph *graph, const char *metric,
                                     const struct store *store, int64_t t_ms, struct arena *arena)
{
    return instant_index(store, metric, graph->key, t_ms, arena);
}

/* Of what sleeps nothing new is known, of what cannot be read neither. */
static bool is_old(const struct instant_index *asleep, const struct instant_index *readable,
                   const char *key)
{
    return instant_value(asleep, key, 0) == 1 || instant_value(readable, key, 1) == 0;
}

static struct fields find_fields(const struct munin_graph *graph, const struct store *store,
                                 int64_t t_ms, struct arena *arena)
{
    bool disks = strcmp(graph->key, "disk") == 0;
    struct instant_index info =
        index_of(graph, disks ? "forewarn_disk_info" : "forewarn_md_info", store, t_ms, arena);
    struct instant_index values = index_of(graph, graph->metric, store, t_ms, arena);
    struct instant_index asleep = index_of(graph, "forewarn_disk_asleep", store, t_ms, arena);
    struct instant_index readable = index_of(graph, "forewarn_disk_readable", store, t_ms, arena);
    struct fields fields = {.at = ARENA_ARRAY(arena, struct field, info.count + 1)};
    for (size_t i = 0; i < info.count; i++) {
        const char *key = labels_get(info.at[i].labels, graph->key);
        bool old = disks && is_old(&asleep, &readable, key);
        bool unreadable = disks && instant_value(&readable, key, 1) == 0;
        double value = instant_value(&values, key, graph->otherwise);
        if (!instant_find(&values, key) && isnan(graph->otherwise) && !unreadable)
            continue;
        fields.at[fields.count++] =
            (struct field){info.at[i].labels, key, old ? NAN : value * graph->scale};
    }
    if (fields.count)
        qsort(fields.at, fields.count, sizeof *fields.at, by_name);
    return fields;
}

/* Letters, digits and _, not a digit at first. */
static void put_name(const char *key, struct buf *out)
{
    buf_puts(out, "f_");
    for (; *key; key++) {
        bool plain = (*key >= 'a' && *key <= 'z') || (*key >= 'A' && *key <= 'Z') ||
                     (*key >= '0' && *key <= '9');
        buf_add(out, plain ? key : "_", 1);
    }
}

/* Texts end at the line's end; # begins a comment. */
static void put_text(const char *text, struct buf *out)
{
    size_t bytes;
    for (uint32_t code; (code = utf8_next(text, &bytes)) != 0; text += bytes)
        utf8_put(code == '#' || code == '\\' ? '/' : code < ' ' || code == 0x7f ? ' ' : code, out);
}

static void put_line(const char *key, const char *what, const char *text, struct buf *out)
{
    put_name(key, out);
    buf_printf(out, ".%s ", what);
    put_text(text, out);
    buf_puts(out, "\n");
}

static void put_field(const struct munin_graph *graph, const struct field *field,
                      struct arena *arena, struct buf *out)
{
    const struct labels *info = field->info;
    const char *device = labels_get(info, "device"), *bay = labels_get(info, "bay");
    if (strcmp(graph->key, "array") == 0) {
        put_line(field->key, "label", field->key, out);
        put_line(field->key, "info", labels_get(info, "level"), out);
        return;
    }
    put_line(field->key, "label", *device ? device : field->key, out);
    put_line(field->key, "info",
             arena_printf(arena, "%s, serial %s, bay %s", labels_get(info, "model"),
                          labels_get(info, "serial"), *bay ? bay : "unknown"),
             out);
}

bool munin_has(const struct munin_graph *graph, const struct store *store, int64_t t_ms)
{
    SCRATCH_ARENA(arena);
    return find_fields(graph, store, t_ms, arena).count > 0;
}

void munin_config(const struct munin_graph *graph, const struct store *store, int64_t t_ms,
                  struct buf *out)
{
    SCRATCH_ARENA(arena);
    struct fields fields = find_fields(graph, store, t_ms, arena);
    buf_printf(out,
               "graph_title %s\ngraph_args %s\ngraph_vlabel %s\ngraph_category disk\n"
               "graph_info %s\n",
               graph->title, graph->args, graph->vlabel, graph->info);
    if (graph->scale == 1 && strcmp(graph->name, "sync_speed") != 0)
        buf_puts(out, "graph_scale no\n");
    for (size_t i = 0; i < fields.count; i++)
        put_field(graph, &fields.at[i], arena, out);
}

void munin_fetch(const struct munin_graph *graph, const struct store *store, int64_t t_ms,
                 struct buf *out)
{
    SCRATCH_ARENA(arena);
    struct fields fields = find_fields(graph, store, t_ms, arena);
    for (size_t i = 0; i < fields.count; i++) {
        put_name(fields.at[i].key, out);
        if (isfinite(fields.at[i].value))
            buf_printf(out, ".value %.10g\n", fields.at[i].value);
        else
            buf_puts(out, ".value U\n");
    }
}
