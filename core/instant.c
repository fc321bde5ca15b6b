/* SPDX-License-Identifier: Apache-2.0 */
#include "core/instant.h"

#include <stdlib.h>
#include <string.h>

#include "core/batch.h"

static size_t select_instants(const struct store *store, const char *metric, int64_t t_ms,
                              struct arena *arena, struct instant **found)
{
    const struct matcher name = {.op = MATCH_EQUAL, .name = LABEL_NAME, .value = metric};
    const struct series **series = NULL;
    size_t count = 0, kept = 0;
    *found = NULL;
    if (store_select(store, &name, 1, arena, &series, &count, NULL, NULL) < 0 || !count)
        return 0;
    *found = ARENA_ARRAY(arena, struct instant, count);
    for (size_t i = 0; i < count; i++) {
        struct point point;
        if (series_last(series[i], t_ms - INSTANT_LOOKBACK_MS, t_ms, &point) &&
            !is_stale_nan(point.v))
            (*found)[kept++] = (struct instant){series_labels(series[i]), point.v};
    }
    return kept;
}

size_t instant_select(const struct store *store, const char *metric, int64_t t_ms,
                      struct arena *arena, const struct instant **found)
{
    struct instant *instants;
    size_t count = select_instants(store, metric, t_ms, arena, &instants);
    *found = instants;
    return count;
}

static int by_label(const void *a, const void *b, void *label)
{
    const struct labels *x = ((const struct instant *)a)->labels;
    const struct labels *y = ((const struct instant *)b)->labels;
    int order = strcmp(labels_get(x, label), labels_get(y, label));
    return order ? order : labels_compare(x, y);
}

struct instant_index instant_index(const struct store *store, const char *metric, const char *label,
                                   int64_t t_ms, struct arena *arena)
{
    struct instant *instants;
    size_t count = select_instants(store, metric, t_ms, arena, &instants);
    if (count)
        qsort_r(instants, count, sizeof *instants, by_label, (void *)(uintptr_t)label);
    return (struct instant_index){.label = label, .at = instants, .count = count};
}

const struct instant *instant_find(const struct instant_index *index, const char *value)
{
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(labels_get(index->at[middle].labels, index->label), value) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == index->count || strcmp(labels_get(index->at[low].labels, index->label), value) != 0)
        return NULL;
    return &index->at[low];
}

double instant_value(const struct instant_index *index, const char *value, double fallback)
{
    const struct instant *found = instant_find(index, value);
    return found ? found->value : fallback;
}
