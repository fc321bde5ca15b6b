/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/exporters/snapshot_lines.h"

#include <stdlib.h>
#include <string.h>

size_t line_cut(char *line, char **fields)
{
    size_t count = 0;
    for (char *field; count < LINE_MAX_FIELDS && (field = strsep(&line, "|"));)
        fields[count++] = field;
    return count;
}

static Io__Prometheus__Client__LabelPair *make_pair(struct arena *arena, char *field)
{
    Io__Prometheus__Client__LabelPair *pair = ARENA_NEW(arena, Io__Prometheus__Client__LabelPair);
    char *equals = strchr(field, '=');

    io__prometheus__client__label_pair__init(pair);
    if (!equals)
        abort();
    pair->name = arena_strndup(arena, field, (size_t)(equals - field));
    pair->value = arena_strdup(arena, equals + 1);
    return pair;
}

Forewarn__Alert *line_alert(struct arena *arena, char **fields, size_t count)
{
    Forewarn__Alert *alert = ARENA_NEW(arena, Forewarn__Alert);

    forewarn__alert__init(alert);
    alert->name = arena_strdup(arena, fields[0]);
    alert->severity = arena_strdup(arena, fields[1]);
    alert->has_starts_at_ms = true;
    alert->starts_at_ms = atoll(fields[2]);
    alert->label = ARENA_ARRAY(arena, Io__Prometheus__Client__LabelPair *, count);
    alert->annotation = ARENA_ARRAY(arena, Io__Prometheus__Client__LabelPair *, count);
    for (size_t i = 3; i < count; i++)
        if (fields[i][0] == '@')
            alert->annotation[alert->n_annotation++] = make_pair(arena, fields[i] + 1);
        else
            alert->label[alert->n_label++] = make_pair(arena, fields[i]);
    return alert;
}

static void add_metric(struct snapshot_lines *lines, char **fields, size_t count)
{
    struct arena *arena = lines->arena;
    Forewarn__Snapshot *snapshot = lines->snapshot;
    Io__Prometheus__Client__MetricFamily *family =
        ARENA_NEW(arena, Io__Prometheus__Client__MetricFamily);
    Io__Prometheus__Client__Metric *metric = ARENA_NEW(arena, Io__Prometheus__Client__Metric);
    Io__Prometheus__Client__Gauge *gauge = ARENA_NEW(arena, Io__Prometheus__Client__Gauge);

    io__prometheus__client__metric_family__init(family);
    io__prometheus__client__metric__init(metric);
    io__prometheus__client__gauge__init(gauge);
    family->name = arena_strdup(arena, fields[1]);
    family->metric = ARENA_ARRAY(arena, Io__Prometheus__Client__Metric *, 1);
    family->metric[family->n_metric++] = metric;
    metric->gauge = gauge;
    gauge->has_value = true;
    gauge->value = strtod(fields[2], NULL);
    metric->label = ARENA_ARRAY(arena, Io__Prometheus__Client__LabelPair *, count);
    for (size_t i = 3; i < count; i++)
        metric->label[metric->n_label++] = make_pair(arena, fields[i]);
    snapshot->family = arena_grow(arena, snapshot->family, snapshot->n_family, &lines->family_room,
                                  sizeof *snapshot->family);
    snapshot->family[snapshot->n_family++] = family;
}

static void add_alert(struct snapshot_lines *lines, char **fields, size_t count)
{
    Forewarn__Snapshot *snapshot = lines->snapshot;
    snapshot->alert = arena_grow(lines->arena, snapshot->alert, snapshot->n_alert,
                                 &lines->alert_room, sizeof *snapshot->alert);
    snapshot->alert[snapshot->n_alert++] = line_alert(lines->arena, fields + 1, count - 1);
}

void snapshot_lines_begin(struct snapshot_lines *lines)
{
    if (lines->arena)
        arena_reset(lines->arena);
    else
        lines->arena = arena_new();
    lines->snapshot = ARENA_NEW(lines->arena, Forewarn__Snapshot);
    forewarn__snapshot__init(lines->snapshot);
    lines->family_room = lines->alert_room = 0;
}

bool snapshot_lines_take(struct snapshot_lines *lines, const char *line)
{
    char *fields[LINE_MAX_FIELDS];
    bool metric = strncmp(line, "metric|", 7) == 0, alert = strncmp(line, "alert|", 6) == 0;

    if (!metric && !alert)
        return false;
    size_t count = line_cut(arena_strdup(lines->arena, line), fields);
    if (metric && count > 2)
        add_metric(lines, fields, count);
    else if (alert && count > 3)
        add_alert(lines, fields, count);
    else
        return false;
    return true;
}

Forewarn__Snapshot *snapshot_lines_end(struct snapshot_lines *lines, int64_t at_ms)
{
    lines->snapshot->has_at_ms = true;
    lines->snapshot->at_ms = at_ms;
    lines->snapshot->host = (char *)(uintptr_t) "mail7";
    return lines->snapshot;
}

void snapshot_lines_free(struct snapshot_lines *lines)
{
    arena_free(&lines->arena);
}
