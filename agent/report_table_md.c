/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/report_table_grid.h"
#include "agent/report_table_parts.h"

static int by_array(const void *a, const void *b)
{
    const struct instant *x = a, *y = b;
    return strverscmp(labels_get(x->labels, "array"), labels_get(y->labels, "array"));
}

size_t table_find_arrays(const struct table *table, struct instant **arrays)
{
    const struct instant *found;
    size_t count =
        instant_select(table->store, "forewarn_md_info", table->look->at_ms, table->arena, &found);
    *arrays = ARENA_ARRAY(table->arena, struct instant, count + 1);
    if (count) {
        memcpy(*arrays, found, count * sizeof *found);
        qsort(*arrays, count, sizeof **arrays, by_array);
    }
    return count;
}

/* Whether an alert already tells what the array's sync does. */
static bool is_told(const struct table *table, const char *array)
{
    for (size_t i = 0; i < table->look->alert_count; i++) {
        const struct alert *alert = &table->look->alerts[i];
        if (strcmp(labels_get(alert->annotations, "sync"), "told") == 0 &&
            strcmp(labels_get(alert->labels, "array"), array) == 0)
            return true;
    }
    return false;
}

void table_put_syncs(const struct table *table)
{
    struct table_syncs syncs = table_find_syncs(table);
    struct instant *arrays;
    size_t count = table_find_arrays(table, &arrays), done = 0;
    for (size_t i = 0; i < count; i++) {
        const char *array = labels_get(arrays[i].labels, "array");
        const char *text = table_progress(table, &syncs, array);
        if (*text && !is_told(table, array))
            table_item(table, "Running:", &done, arena_printf(table->arena, "%s: %s", array, text));
    }
}

static char member_letter(const char *state)
{
    static const struct {
        const char *state;
        char letter;
    } table[] = {{"in_sync", 'U'}, {"rebuilding", 'R'}, {"faulty", 'F'}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(table[i].state, state) == 0)
            return table[i].letter;
    return 0;
}

/* "[UUR_]" by slot; NULL where the slots are not known. */
const char *table_member_map(const struct table *table, const struct instant_index *members,
                             const char *array, double wanted)
{
    enum { MOST = 64 };
    if (!(wanted >= 1 && wanted <= MOST))
        return NULL;
    char map[MOST + 1];
    size_t slots = (size_t)wanted, known = 0;
    memset(map, '_', slots);
    map[slots] = '\0';
    const struct instant *at = instant_find(members, array);
    if (!at)
        return NULL;
    const struct instant *end = members->at + members->count;
    for (; at < end && strcmp(labels_get(at->labels, "array"), array) == 0; at++) {
        char *rest;
        const char *slot = labels_get(at->labels, "slot");
        unsigned long number = strtoul(slot, &rest, 10);
        char letter = member_letter(labels_get(at->labels, "state"));
        if (at->value == 1 && letter && *slot && !*rest && number < slots) {
            map[number] = letter;
            known++;
        }
    }
    return known ? arena_printf(table->arena, "[%s]", map) : NULL;
}

static const char *number(const struct table *table, const struct instant_index *index,
                          const char *array)
{
    const struct instant *found = instant_find(index, array);
    return found ? arena_printf(table->arena, "%.0f", found->value) : NULL;
}

void table_put_arrays(const struct table *table)
{
    static const struct grid_column columns[] = {
        {"array", false}, {"level", false},   {"state", false},     {"members", false},
        {"size", true},   {"can lose", true}, {"mismatches", true}, {"sync", false},
    };
    struct table_syncs syncs = table_find_syncs(table);
    struct instant_index state = table_index(table, "forewarn_md_state", "array");
    struct instant_index members = table_index(table, "forewarn_md_member_state", "array");
    struct instant_index wanted = table_index(table, "forewarn_md_disks_wanted", "array");
    struct instant_index size = table_index(table, "forewarn_md_size_bytes", "array");
    struct instant_index redundancy = table_index(table, "forewarn_md_redundancy", "array");
    struct instant_index mismatches = table_index(table, "forewarn_md_mismatches", "array");
    struct grid grid = {.columns = columns, .column_count = sizeof columns / sizeof columns[0]};
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
        row[5] = number(table, &redundancy, array);
        row[6] = number(table, &mismatches, array);
        const char *sync = table_progress(table, &syncs, array);
        row[7] = *sync ? sync : "idle";
    }
    if (!count)
        return;
    grid_put(&grid, table->style, 1, table->out);
    buf_puts(table->out, "\n");
}
