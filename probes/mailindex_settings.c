/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_settings.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

static int64_t positive(const json_t *top, const char *name, int64_t otherwise)
{
    int64_t value = json_integer_value(json_object_get(top, name));
    return value > 0 ? value : otherwise;
}

static int take_stores(const json_t *stores, struct arena *arena,
                       struct mailindex_settings *settings, struct error *e)
{
    size_t count = json_array_size(stores);

    if (count > MAILINDEX_MAX_STORES)
        return error_set(e, -EINVAL, "more than %d stores", MAILINDEX_MAX_STORES);
    struct mailindex_settings_store *taken =
        ARENA_ARRAY(arena, struct mailindex_settings_store, count + 1);
    for (size_t i = 0; i < count; i++) {
        const json_t *store = json_array_get(stores, i);
        const char *path = json_string_value(json_object_get(store, "path"));
        const char *user = json_string_value(json_object_get(store, "user"));
        if (!path || !path[0])
            return error_set(e, -EINVAL, "a store without a path");
        taken[i].path = arena_strdup(arena, path);
        taken[i].user = user && user[0] ? arena_strdup(arena, user) : NULL;
    }
    settings->stores = taken;
    settings->store_count = count;
    return 0;
}

int mailindex_settings_parse(const char *json, struct arena *arena,
                             struct mailindex_settings *settings, struct error *e)
{
    json_error_t where;
    json_t *top = json && json[0] ? json_loads(json, 0, &where) : json_object();

    *settings = (struct mailindex_settings){0};
    if (!json_is_object(top)) {
        json_decref(top);
        return error_set(e, -EINVAL, "settings of mailindex: %s", where.text);
    }
    settings->round_ms = positive(top, "round_ms", MAILINDEX_ROUND_MS);
    settings->bytes_per_second = positive(top, "max_bytes_per_second", MAILINDEX_BYTES_PER_SECOND);
    int code = take_stores(json_object_get(top, "stores"), arena, settings, e);
    json_decref(top);
    return code;
}
