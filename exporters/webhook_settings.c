/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "exporters/webhook_message.h"

enum { DEFAULT_TIMEOUT_MS = 10 * 1000 };

static const char *text(const json_t *object, const char *key, struct arena *arena)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value && value[0] ? arena_strdup(arena, value) : NULL;
}

/* "..." stands for all labels, as in Alertmanager's configuration: so does none. */
static int read_group_by(const json_t *list, struct webhook_settings *settings, struct error *e)
{
    size_t count = json_array_size(list);

    if (count > WEBHOOK_MAX_GROUP_BY)
        return error_set(e, -EINVAL, "more than %d labels to group by", WEBHOOK_MAX_GROUP_BY);
    for (size_t i = 0; i < count; i++) {
        const char *label = json_string_value(json_array_get(list, i));
        if (!label)
            return error_set(e, -EINVAL, "a label to group by is no text");
        if (strcmp(label, "...") != 0)
            settings->group_by[settings->group_by_count++] = arena_strdup(settings->arena, label);
    }
    return 0;
}

struct webhook_settings *webhook_settings_read(const json_t *object, struct error *e)
{
    struct arena *arena = arena_new();
    struct webhook_settings *settings = ARENA_NEW(arena, struct webhook_settings);
    const json_t *timeout = json_object_get(object, "timeout_ms");
    const char *external = text(object, "external_url", arena);

    *settings = (struct webhook_settings){
        .arena = arena,
        .url = text(object, "url", arena),
        .bearer = text(object, "bearer", arena),
        .user = text(object, "user", arena),
        .password = text(object, "password", arena),
        .ca = text(object, "ca", arena),
        .certificate = text(object, "certificate", arena),
        .key = text(object, "key", arena),
        .external_url = external ? external : "",
        .timeout_ms = json_is_integer(timeout) && json_integer_value(timeout) > 0
                          ? json_integer_value(timeout)
                          : DEFAULT_TIMEOUT_MS,
        .send_resolved = !json_is_false(json_object_get(object, "send_resolved")),
    };
    int code = read_group_by(json_object_get(object, "group_by"), settings, e);
    if (code == 0 && !settings->url)
        code = error_set(e, -EINVAL, "a webhook has no url");
    if (code == 0)
        return settings;
    webhook_settings_free(settings);
    return NULL;
}

void webhook_settings_free(struct webhook_settings *settings)
{
    if (!settings)
        return;
    struct arena *arena = settings->arena;
    arena_free(&arena);
}
