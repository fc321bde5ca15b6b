/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "agent/report_table_parts.h"

/* The array's word for the label of a metric that has one series per word, the one that is 1. */
const char *table_word(const struct instant_index *index, const char *value, const char *label)
{
    const struct instant *at = instant_find(index, value);
    if (!at)
        return "";
    const struct instant *end = index->at + index->count;
    for (; at < end && strcmp(labels_get(at->labels, index->label), value) == 0; at++)
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

struct table_syncs table_find_syncs(const struct table *table)
{
    return (struct table_syncs){
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
static const char *waits(const struct table *table, const struct table_syncs *syncs,
                         const char *array, const char *what, const char *why)
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
static double to_go(const struct table_syncs *syncs, const char *array, double done, double speed)
{
    double left = instant_value(&syncs->total, array, NAN) * (1 - done);
    return speed > 0 && left >= 0 ? left / speed : instant_value(&syncs->remaining, array, NAN);
}

/* Seconds to go as the rules reckon them from the speeds it had; NaN: not known. */
static double eta(const struct table_syncs *syncs, const char *array, const char *quantile)
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

/* What is said behind the time in the middle: "(5 h to 9 h)". */
static void reckon(const struct table_syncs *syncs, const char *array, struct table_sync *sync)
{
    sync->low = eta(syncs, array, "0.1");
    sync->middle = eta(syncs, array, "0.5");
    sync->high = eta(syncs, array, "0.9");
    if (!(isfinite(sync->low) && isfinite(sync->middle) && isfinite(sync->high)))
        sync->low = sync->middle = sync->high = NAN;
}

struct table_sync table_sync_of(const struct table *table, const struct table_syncs *syncs,
                                const char *array)
{
    const char *action = table_word(&syncs->action, array, "action");
    const char *why = table_word(&syncs->waiting, array, "why");
    bool idle = !*action || strcmp(action, "idle") == 0;
    struct table_sync sync = {
        .action = action,
        .doing = idle ? "resync" : doing(action),
        .done = instant_value(&syncs->completed, array, NAN),
        .speed = instant_value(&syncs->speed, array, NAN),
    };
    reckon(syncs, array, &sync);
    if (*why && strcmp(action, "frozen") != 0) {
        sync.waits = waits(table, syncs, array, sync.doing, why);
    } else if (idle) {
        sync.doing = "";
    } else if (!isfinite(sync.middle)) {
        sync.middle = to_go(syncs, array, sync.done, sync.speed);
    }
    return sync;
}

const char *table_time_to_go(const struct table *table, const struct table_sync *sync)
{
    if (!isfinite(sync->middle))
        return "";
    const char *middle = table_duration(sync->middle, table->arena);
    if (!isfinite(sync->low))
        return arena_printf(table->arena, "%s to go", middle);
    return arena_printf(table->arena, "%s to go (%s to %s)", middle,
                        table_duration(sync->low, table->arena),
                        table_duration(sync->high, table->arena));
}

const char *table_progress(const struct table *table, const struct table_syncs *syncs,
                           const char *array)
{
    struct table_sync sync = table_sync_of(table, syncs, array);
    const char *text = sync.waits ? sync.waits : sync.doing;
    const char *left = table_time_to_go(table, &sync);
    if (!sync.waits && *text && isfinite(sync.done))
        text = arena_printf(table->arena, "%s, %.1f %% done", text, 100 * sync.done);
    if (!sync.waits && *text && sync.speed > 0)
        text = arena_printf(table->arena, "%s, %s/s", text, table_bytes(sync.speed, table->arena));
    return *text && *left ? arena_printf(table->arena, "%s, %s", text, left) : text;
}
