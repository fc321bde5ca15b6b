/* SPDX-License-Identifier: Apache-2.0 */
#include "core/snapshot.h"

#include <string.h>

#include "core/instant.h"

typedef Io__Prometheus__Client__MetricFamily Family;
typedef Io__Prometheus__Client__Metric Metric;
typedef Io__Prometheus__Client__LabelPair Pair;

static void set_labels(Metric *metric, const struct labels *labels, struct arena *arena)
{
    metric->label = ARENA_ARRAY(arena, Pair *, labels->count);
    for (size_t i = 0; i < labels->count; i++) {
        if (strcmp(labels->at[i].name, LABEL_NAME) == 0)
            continue;
        Pair *pair = ARENA_NEW(arena, Pair);
        io__prometheus__client__label_pair__init(pair);
        pair->name = (char *)(uintptr_t)labels->at[i].name;
        pair->value = (char *)(uintptr_t)labels->at[i].value;
        metric->label[metric->n_label++] = pair;
    }
}

static Metric *make_metric(const struct metric *about, const struct instant *instant,
                           struct arena *arena)
{
    Metric *metric = ARENA_NEW(arena, Metric);
    io__prometheus__client__metric__init(metric);
    set_labels(metric, instant->labels, arena);
    if (about->type == METRIC_COUNTER) {
        metric->counter = ARENA_NEW(arena, Io__Prometheus__Client__Counter);
        io__prometheus__client__counter__init(metric->counter);
        metric->counter->has_value = true;
        metric->counter->value = instant->value;
    } else {
        metric->gauge = ARENA_NEW(arena, Io__Prometheus__Client__Gauge);
        io__prometheus__client__gauge__init(metric->gauge);
        metric->gauge->has_value = true;
        metric->gauge->value = instant->value;
    }
    return metric;
}

static Family *make_family(const struct metric *about, struct arena *arena)
{
    Family *family = ARENA_NEW(arena, Family);
    io__prometheus__client__metric_family__init(family);
    family->name = (char *)(uintptr_t)about->name;
    family->help = (char *)(uintptr_t)about->help;
    family->unit = about->unit && about->unit[0] ? (char *)(uintptr_t)about->unit : NULL;
    family->has_type = true;
    family->type = about->type == METRIC_COUNTER ? IO__PROMETHEUS__CLIENT__METRIC_TYPE__COUNTER
                                                 : IO__PROMETHEUS__CLIENT__METRIC_TYPE__GAUGE;
    return family;
}

static void add_values(Family *family, const struct metric *about,
                       const struct snapshot_source *source, size_t *room, struct arena *arena)
{
    const struct instant *found;
    size_t count = instant_select(source->store, about->name, source->at_ms, arena, &found);
    for (size_t i = 0; i < count; i++) {
        family->metric =
            arena_grow(arena, family->metric, family->n_metric, room, sizeof(Metric *));
        family->metric[family->n_metric++] = make_metric(about, &found[i], arena);
    }
}

size_t snapshot_families(const struct snapshot *snapshot, struct arena *arena, Family ***families)
{
    size_t count = 0, room = 0;

    *families = NULL;
    for (size_t i = 0; snapshot->metrics[i]; i++) {
        size_t metric_room = 0;
        Family *family = make_family(snapshot->metrics[i], arena);
        for (size_t k = 0; k < snapshot->source_count; k++)
            add_values(family, snapshot->metrics[i], &snapshot->sources[k], &metric_room, arena);
        if (!family->n_metric)
            continue;
        *families = arena_grow(arena, *families, count, &room, sizeof(Family *));
        (*families)[count++] = family;
    }
    return count;
}
