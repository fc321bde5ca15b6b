/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/report_table_grid.h"
#include "agent/report_table_parts.h"

/* The array's word for the label of a metric that has one series per word, the one that is 1. */
static const char *word_of(const struct instant_index *index, const char *array, const char *label)
{
    const struct instant *at = instant_find(index, array);
    if (!at)
        return "";
    const struct instant *end = index->at + index->count;
    for (; at < end && strcmp(labels_get(at->labels, "array"), array) == 0; at++)
        if (at->value == 1)
            return labels_get(at->labels, label);
    return "";
}

static const char *doing(const char *action)
{
    static const struct {
        const char *action, *words;
    } table[] = {
        {"check", "checking"},    {"repair", "repairing"},
        {"resync", "resyncing"},  {"recover", "rebuilding"},
        {"reshape", "reshaping"}, {"frozen", "frozen, nothing is rebuilt or checked"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(table[i].action, action) == 0)
            return table[i].words;
    return action;
}

/* The series that tell how a sync goes, by array. */
struct syncs {
    struct instant_index action, waiting, held_up, completed, total, speed, remaining, eta;
};

static struct syncs find_syncs(const struct table *table)
{
    return (struct syncs){
        .action = table_index(table, "forewarn_md_sync", "array"),
        .waiting = table_index(table, "forewarn_md_sync_waiting", "array"),
        .held_up = table_index(table, "forewarn_md_sync_held_up", "array"),
        .completed = table_index(table, "forewarn_md_sync_completed_ratio", "array"),
        .total = table_index(table, "forewarn_md_sync_total_bytes", "array"),
        .speed = table_index(table, "forewarn_md_sync_speed_bytes_per_second", "array"),
        .remaining = table_index(table, "forewarn_md_sync_remaining_seconds", "array"),
        .eta = table_index(table, "forewarn:md:sync_eta_seconds", "array"), /* rules/md.yml */
    };
}

/* "rebuilding waits until md1 is done checking", or what md's own word for why means. */
static const char *waits(const struct table *table, const struct syncs *syncs, const char *array,
                         const char *what, const char *why)
{
    static const struct {
        const char *why, *words;
    } meanings[] = {
        {"delayed", "waits for its turn"},
        {"pending", "waits for the first write to the array"},
        {"remote", "is left to another node of the cluster"},
    };
    const struct instant *by = instant_find(&syncs->held_up, array);
    if (by)
        return arena_printf(table->arena, "%s waits until %s is done %s", what,
                            labels_get(by->labels, "by"), doing(labels_get(by->labels, "action")));
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (strcmp(meanings[i].why, why) == 0)
            return arena_printf(table->arena, "%s %s", what, meanings[i].words);
    return arena_printf(table->arena, "%s waits (%s)", what, why);
}

/* Seconds to go at the present speed, else as the kernel reckons; NaN: not known. */
static double to_go(const struct syncs *syncs, const char *array, double done, double speed)
{
    double left = instant_value(&syncs->total, array, NAN) * (1 - done);
    return speed > 0 && left >= 0 ? left / speed : instant_value(&syncs->remaining, array, NAN);
}

/* Seconds to go as the rules reckon them from the speeds it had; NaN: not known. */
static double eta(const struct syncs *syncs, const char *array, const char *quantile)
{
    const struct instant *at = instant_find(&syncs->eta, array);
    if (!at)
        return NAN;
    const struct instant *end = syncs->eta.at + syncs->eta.count;
    for (; at < end && strcmp(labels_get(at->labels, "array"), array) == 0; at++)
        if (strcmp(labels_get(at->labels, "quantile"), quantile) == 0)
            return at->value;
    return NAN;
}

/* text and ", 6h 10m to go (5h to 9h)"; without a past, what the present speed comes to. */
static const char *add_time_to_go(const struct table *table, const struct syncs *syncs,
                                  const char *array, const char *text, double otherwise)
{
    double low = eta(syncs, array, "0.1"), middle = eta(syncs, array, "0.5");
    double high = eta(syncs, array, "0.9");
    if (isfinite(low) && isfinite(middle) && isfinite(high))
        return arena_printf(table->arena, "%s, %s to go (%s to %s)", text,
                            table_duration(middle, table->arena), table_duration(low, table->arena),
                            table_duration(high, table->arena));
    if (isfinite(otherwise))
        return arena_printf(table->arena, "%s, %s to go", text,
                            table_duration(otherwise, table->arena));
    return text;
}

/* "rebuilding, 41.5 % done, 52 MB/s, 6h 10m to go (5h to 9h)"; "" where nothing runs or
 * waits. */
static const char *progress(const struct table *table, const struct syncs *syncs, const char *array)
{
    const char *action = word_of(&syncs->action, array, "action");
    const char *why = word_of(&syncs->waiting, array, "why");
    double done = instant_value(&syncs->completed, array, NAN);
    double speed = instant_value(&syncs->speed, array, NAN);
    double remaining = to_go(syncs, array, done, speed);
    bool idle = !*action || strcmp(action, "idle") == 0;
    const char *text = idle ? "resync" : doing(action);
    if (*why && strcmp(action, "frozen") != 0)
        return add_time_to_go(table, syncs, array, waits(table, syncs, array, text, why), NAN);
    if (idle)
        return "";
    if (isfinite(done))
        text = arena_printf(table->arena, "%s, %.1f %% done", text, 100 * done);
    if (speed > 0)
        text = arena_printf(table->arena, "%s, %s/s", text, table_bytes(speed, table->arena));
    return add_time_to_go(table, syncs, array, text, remaining);
}

static int by_array(const void *a, const void *b)
{
    const struct instant *x = a, *y = b;
    return strverscmp(labels_get(x->labels, "array"), labels_get(y->labels, "array"));
}

static size_t find_arrays(const struct table *table, struct instant **arrays)
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
    struct syncs syncs = find_syncs(table);
    struct instant *arrays;
    size_t count = find_arrays(table, &arrays), done = 0;
    for (size_t i = 0; i < count; i++) {
        const char *array = labels_get(arrays[i].labels, "array");
        const char *text = progress(table, &syncs, array);
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
static const char *member_map(const struct table *table, const struct instant_index *members,
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
    struct syncs syncs = find_syncs(table);
    struct instant_index state = table_index(table, "forewarn_md_state", "array");
    struct instant_index members = table_index(table, "forewarn_md_member_state", "array");
    struct instant_index wanted = table_index(table, "forewarn_md_disks_wanted", "array");
    struct instant_index size = table_index(table, "forewarn_md_size_bytes", "array");
    struct instant_index redundancy = table_index(table, "forewarn_md_redundancy", "array");
    struct instant_index mismatches = table_index(table, "forewarn_md_mismatches", "array");
    struct grid grid = {.columns = columns, .column_count = sizeof columns / sizeof columns[0]};
    struct instant *arrays;
    size_t count = find_arrays(table, &arrays);
    for (size_t i = 0; i < count; i++) {
        const char *array = labels_get(arrays[i].labels, "array");
        double bytes = instant_value(&size, array, NAN);
        const char **row = grid_row(&grid, table->arena);
        row[0] = table_clean(table->style, array, table->arena);
        row[1] = table_clean(table->style, labels_get(arrays[i].labels, "level"), table->arena);
        row[2] = table_clean(table->style, word_of(&state, array, "state"), table->arena);
        row[3] = member_map(table, &members, array, instant_value(&wanted, array, NAN));
        row[4] = isfinite(bytes) ? table_bytes(bytes, table->arena) : NULL;
        row[5] = number(table, &redundancy, array);
        row[6] = number(table, &mismatches, array);
        const char *sync = progress(table, &syncs, array);
        row[7] = *sync ? sync : "idle";
    }
    if (!count)
        return;
    grid_put(&grid, table->style, 1, table->out);
    buf_puts(table->out, "\n");
}
