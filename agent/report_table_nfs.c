/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/report_table_grid.h"
#include "agent/report_table_parts.h"

static const struct grid_column heads[] = {
    {"mount", false},   {"server", false}, {"version", false},
    {"over", false},    {"locks", false},  {"called back", false},
    {"hand-off", true}, {"link", false},   {"unanswered", true},
};

/* What is known beside a mount's info. */
struct nfs_indexes {
    struct instant_index needed, verdict, handoff, unanswered, paths;
};

static const char *clean(const struct table *table, const struct instant *series, const char *label)
{
    return table_clean(table->style, labels_get(series->labels, label), table->arena);
}

/* "NLM", or why it needs none. */
static const char *locks(const struct table *table, const struct nfs_indexes *indexes,
                         const char *mount)
{
    const struct instant *needed = instant_find(&indexes->needed, mount);
    if (!needed)
        return NULL;
    return needed->value == 1 ? "NLM" : clean(table, needed, "why");
}

static const char *verdict(const struct nfs_indexes *indexes, const char *mount)
{
    static const struct {
        const char *word, *text;
    } verdicts[] = {
        {"both", "UDP and TCP"}, {"tcp_only", "TCP ONLY"}, {"udp_only", "UDP ONLY"},
        {"none", "NOT AT ALL"},  {"unknown", "not known"},
    };
    const char *word = table_word(&indexes->verdict, mount, "verdict");
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
        if (strcmp(word, verdicts[i].word) == 0)
            return verdicts[i].text;
    return NULL;
}

static const char *seconds(const struct table *table, const struct instant_index *index,
                           const char *mount)
{
    double value = instant_value(index, mount, NAN);
    if (!isfinite(value))
        return NULL;
    return value < 1 ? arena_printf(table->arena, "%.0f ms", value * 1000)
                     : table_duration(value, table->arena);
}

static void put_mount(const struct table *table, const struct nfs_indexes *indexes,
                      const struct instant *info, struct grid *grid)
{
    const char *mount = labels_get(info->labels, "mount");
    const struct instant *path = instant_find(&indexes->paths, labels_get(info->labels, "address"));
    const double unanswered = instant_value(&indexes->unanswered, mount, 0);
    const char **row = grid_row(grid, table->arena);
    row[0] = clean(table, info, "mount");
    row[1] = clean(table, info, "server");
    row[2] = clean(table, info, "version");
    row[3] = clean(table, info, "proto");
    row[4] = locks(table, indexes, mount);
    row[5] = verdict(indexes, mount);
    row[6] = seconds(table, &indexes->handoff, mount);
    row[7] = path ? clean(table, path, "link") : NULL;
    row[8] = unanswered > 0 ? table_duration(unanswered, table->arena) : NULL;
}

static int by_mount(const void *a, const void *b)
{
    const struct instant *x = a, *y = b;
    return strverscmp(labels_get(x->labels, "mount"), labels_get(y->labels, "mount"));
}

void table_put_nfs(const struct table *table)
{
    struct grid grid = {.columns = heads, .column_count = sizeof heads / sizeof heads[0]};
    const struct nfs_indexes indexes = {
        .needed = table_index(table, "forewarn_nfs_mount_lock_needed", "mount"),
        .verdict = table_index(table, "forewarn_nfs_lock_verdict", "mount"),
        .handoff = table_index(table, "forewarn_nfs_lock_handoff_seconds", "mount"),
        .unanswered = table_index(table, "forewarn_nfs_unanswered_seconds", "mount"),
        .paths = table_index(table, "forewarn_nfs_path_info", "address"),
    };
    const struct instant *found;
    size_t count = instant_select(table->store, "forewarn_nfs_mount_info", table->look->at_ms,
                                  table->arena, &found);
    if (!count)
        return;
    struct instant *mounts = ARENA_ARRAY(table->arena, struct instant, count);
    memcpy(mounts, found, count * sizeof *mounts);
    qsort(mounts, count, sizeof *mounts, by_mount);
    for (size_t i = 0; i < count; i++)
        put_mount(table, &indexes, &mounts[i], &grid);
    grid_put(&grid, table->style, 1, table->out);
    buf_puts(table->out, "\n");
}
