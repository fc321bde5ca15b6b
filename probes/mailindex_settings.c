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

/* NULL where there is none, or an empty one. */
static const char *text_of(const json_t *from, const char *name, struct arena *arena)
{
    const char *text = json_string_value(json_object_get(from, name));
    return text && text[0] ? arena_strdup(arena, text) : NULL;
}

static int take_members(const json_t *members, struct arena *arena, struct mailindex_share *share,
                        struct error *e)
{
    size_t count = json_array_size(members);
    const char **names = ARENA_ARRAY(arena, const char *, count + 1);

    if (count > MAILINDEX_MEMBERS)
        return error_set(e, -EINVAL, "more than %d members", MAILINDEX_MEMBERS);
    for (size_t i = 0; i < count; i++) {
        const char *name = json_string_value(json_array_get(members, i));
        if (!name || !name[0])
            return error_set(e, -EINVAL, "a member without a name");
        names[i] = arena_strdup(arena, name);
    }
    *share = (struct mailindex_share){.members = names, .count = count};
    return 0;
}

static int take_store(const json_t *from, struct arena *arena,
                      struct mailindex_settings_store *store, struct error *e)
{
    *store = (struct mailindex_settings_store){
        .path = text_of(from, "path", arena),
        .user = text_of(from, "user", arena),
        .member = text_of(from, "member", arena),
        .members_directory = text_of(from, "members_directory", arena),
        .takeover_ms = positive(from, "takeover_ms", MAILINDEX_TAKEOVER_MS)};
    if (!store->path)
        return error_set(e, -EINVAL, "a store without a path");
    return take_members(json_object_get(from, "members"), arena, &store->share, e);
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
        int code = take_store(json_array_get(stores, i), arena, &taken[i], e);
        if (code < 0)
            return code;
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
    settings->baseline = json_is_true(json_object_get(top, "baseline"));
    int code = take_stores(json_object_get(top, "stores"), arena, settings, e);
    json_decref(top);
    return code;
}
