/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/json_labels.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

json_t *json_must(json_t *json)
{
    if (!json)
        abort();
    return json;
}

json_t *json_from_labels(const struct labels *labels)
{
    json_t *object = json_must(json_object());
    for (size_t i = 0; i < labels->count; i++)
        json_object_set_new(object, labels->at[i].name, json_string(labels->at[i].value));
    return object;
}

const struct labels *json_to_labels(const json_t *object, struct arena *arena)
{
    struct label *at = ARENA_ARRAY(arena, struct label, json_object_size(object) + 1);
    size_t count = 0;
    const char *name;
    json_t *value;

    if (!json_is_object(object))
        return NULL;
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        if (!name[0] || !json_is_string(value))
            return NULL;
        at[count++] = (struct label){name, json_string_value(value)};
    }
    return labels_new(arena, at, count);
}

const char *json_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

json_t *json_from_number(double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.17g", value);
    return json_must(json_string(text));
}

static int append(const char *data, size_t length, void *out)
{
    buf_add(out, data, length);
    return 0;
}

void json_put(json_t *json, struct buf *out)
{
    json_dump_callback(json, append, out, JSON_COMPACT);
    json_decref(json);
}
