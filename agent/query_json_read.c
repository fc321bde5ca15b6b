/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "agent/query_json.h"

/* A number as the API writes it in a string; true where it is one. */
static bool read_value(const json_t *json, double *v)
{
    char *end;
    const char *text = json_string_value(json);
    if (!text || !*text)
        return false;
    *v = strtod(text, &end);
    return !*end;
}

/* [seconds, "value"] */
static bool read_point(const json_t *json, struct point *point)
{
    const json_t *seconds = json_array_get(json, 0);
    if (json_array_size(json) != 2 || !json_is_number(seconds))
        return false;
    double ms = json_number_value(seconds) * 1000;
    if (!(fabs(ms) < 0x1p53) || !read_value(json_array_get(json, 1), &point->v))
        return false;
    point->t = llround(ms);
    return true;
}

static const struct labels *read_labels(const json_t *metric, struct arena *arena)
{
    const char *name;
    json_t *value;
    size_t count = 0;
    struct label *labels = ARENA_ARRAY(arena, struct label, json_object_size(metric) + 1);
    if (!json_is_object(metric))
        return NULL;
    json_object_foreach((json_t *)(uintptr_t)metric, name, value)
    {
        if (!json_is_string(value))
            return NULL;
        labels[count++] = (struct label){arena_strdup(arena, name),
                                         arena_strdup(arena, json_string_value(value))};
    }
    return labels_new(arena, labels, count);
}

static bool read_vector(const json_t *result, struct arena *arena, struct promql_value *value)
{
    value->samples = ARENA_ARRAY(arena, struct promql_sample, value->count + 1);
    for (size_t i = 0; i < value->count; i++) {
        const json_t *item = json_array_get(result, i);
        struct point point;
        const struct labels *labels = read_labels(json_object_get(item, "metric"), arena);
        if (!labels || !read_point(json_object_get(item, "value"), &point))
            return false;
        value->samples[i] = (struct promql_sample){labels, point.t, point.v};
    }
    return true;
}

static bool read_matrix(const json_t *result, struct arena *arena, struct promql_value *value)
{
    value->series = ARENA_ARRAY(arena, struct promql_series, value->count + 1);
    for (size_t i = 0; i < value->count; i++) {
        const json_t *item = json_array_get(result, i), *values = json_object_get(item, "values");
        size_t count = json_array_size(values);
        struct point *points = ARENA_ARRAY(arena, struct point, count + 1);
        const struct labels *labels = read_labels(json_object_get(item, "metric"), arena);
        if (!labels || !json_is_array(values))
            return false;
        for (size_t j = 0; j < count; j++)
            if (!read_point(json_array_get(values, j), &points[j]))
                return false;
        value->series[i] = (struct promql_series){labels, points, count};
    }
    return true;
}

static bool read_scalar(const json_t *result, struct arena *arena, struct promql_value *value)
{
    struct point point;
    (void)arena;
    bool good = read_point(result, &point);
    if (good)
        value->scalar = point.v;
    return good;
}

static bool read_string(const json_t *result, struct arena *arena, struct promql_value *value)
{
    const char *text = json_string_value(json_array_get(result, 1));
    value->string = text ? arena_strdup(arena, text) : NULL;
    return text != NULL;
}

static const struct {
    const char *name;
    enum promql_type type;
    bool (*read)(const json_t *result, struct arena *arena, struct promql_value *value);
} types[] = {
    {"vector", PROMQL_VECTOR, read_vector},
    {"matrix", PROMQL_MATRIX, read_matrix},
    {"scalar", PROMQL_SCALAR, read_scalar},
    {"string", PROMQL_STRING, read_string},
};

static bool read_data(const json_t *data, struct arena *arena, struct promql_value *value)
{
    const char *name = json_string_value(json_object_get(data, "resultType"));
    const json_t *result = json_object_get(data, "result");
    if (!name || !json_is_array(result))
        return false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(types[i].name, name) != 0)
            continue;
        value->type = types[i].type;
        value->count = json_array_size(result);
        return types[i].read(result, arena, value);
    }
    return false;
}

static void read_notes(const json_t *list, bool warning, struct arena *arena,
                       struct promql_value *value)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (text)
            value->notes[value->note_count++] =
                (struct promql_note){.warning = warning, .text = arena_strdup(arena, text)};
    }
}

static int read_error(const json_t *json, struct query_answer *answer, struct error *e)
{
    const char *type = json_string_value(json_object_get(json, "errorType"));
    const char *text = json_string_value(json_object_get(json, "error"));
    if (!type || !text)
        return error_set(e, -EPROTO, "the answer has no status that is known");
    answer->failure = strcmp(type, "bad_data") == 0 ? QUERY_BAD_DATA : QUERY_EXECUTION;
    buf_puts(&answer->error, text);
    return 0;
}

int query_json_read(const json_t *json, struct arena *arena, struct query_answer *answer,
                    struct error *e)
{
    const char *status = json_string_value(json_object_get(json, "status"));
    const json_t *warnings = json_object_get(json, "warnings");
    const json_t *infos = json_object_get(json, "infos");
    struct promql_value *value = &answer->value;
    *answer = (struct query_answer){0};
    if (!status || strcmp(status, "success") != 0)
        return read_error(json, answer, e);
    value->notes = ARENA_ARRAY(arena, struct promql_note,
                               json_array_size(warnings) + json_array_size(infos) + 1);
    read_notes(warnings, true, arena, value);
    read_notes(infos, false, arena, value);
    if (!read_data(json_object_get(json, "data"), arena, value))
        return error_set(e, -EPROTO, "the answer's data cannot be read");
    return 0;
}
