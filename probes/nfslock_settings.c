/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/nfslock_settings.h"

#include <errno.h>
#include <jansson.h>

#include "probes/nfs_callback.h"

static const char **read_list(const json_t *list, struct arena *arena, size_t *count)
{
    const size_t size = json_array_size(list);
    const char **items = ARENA_ARRAY(arena, const char *, size + 1);

    *count = 0;
    for (size_t i = 0; i < size; i++)
        if (json_is_string(json_array_get(list, i)))
            items[(*count)++] = arena_strdup(arena, json_string_value(json_array_get(list, i)));
    return items;
}

int nfslock_settings_read(const char *text, struct arena *arena, struct nfslock_settings *settings,
                          struct error *e)
{
    json_error_t where;

    *settings = (struct nfslock_settings){.rpcbind_port = NFSLOCK_RPCBIND_PORT};
    if (!text)
        return 0;
    json_t *object = json_loads(text, 0, &where);
    if (!object)
        return error_set(e, -EINVAL, "nfslock: settings: %s", where.text);
    settings->targets =
        read_list(json_object_get(object, "targets"), arena, &settings->target_count);
    settings->lock_tests =
        read_list(json_object_get(object, "lock_test"), arena, &settings->lock_test_count);
    json_int_t port = json_integer_value(json_object_get(object, "rpcbind_port"));
    if (port > 0 && port <= UINT16_MAX)
        settings->rpcbind_port = (uint16_t)port;
    json_decref(object);
    return 0;
}
