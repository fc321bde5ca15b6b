/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "exporters/exec_environment.h"

enum { DEFAULT_TIMEOUT_MS = 60 * 1000 };

static int read_command(const json_t *list, struct exec_settings *settings, struct error *e)
{
    size_t count = json_array_size(list);

    if (!count || count > EXEC_MAX_ARGUMENTS)
        return error_set(e, -EINVAL, "a command has no path, or too many arguments");
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!text)
            return error_set(e, -EINVAL, "a command holds something that is no text");
        settings->command[i] = arena_strdup(settings->arena, text);
    }
    return 0;
}

static int read_style(const char *name, struct exec_settings *settings, struct error *e)
{
    static const char *const names[] = {
        [EXEC_PLAIN] = "plain", [EXEC_SMARTD] = "smartd", [EXEC_MDADM] = "mdadm"};

    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (!name || strcmp(names[i], name) == 0) {
            settings->style = (enum exec_style)i;
            return 0;
        }
    return error_set(e, -EINVAL, "there is no style '%s'", name);
}

struct exec_settings *exec_settings_read(const json_t *object, struct error *e)
{
    struct arena *arena = arena_new();
    struct exec_settings *settings = ARENA_NEW(arena, struct exec_settings);
    const char *address = json_string_value(json_object_get(object, "address"));
    const json_t *timeout = json_object_get(object, "timeout_ms");

    settings->arena = arena;
    settings->address = arena_strdup(arena, address ? address : "");
    settings->timeout_ms = json_is_integer(timeout) && json_integer_value(timeout) > 0
                               ? json_integer_value(timeout)
                               : DEFAULT_TIMEOUT_MS;
    settings->send_resolved = !json_is_false(json_object_get(object, "send_resolved"));
    int code = read_command(json_object_get(object, "command"), settings, e);
    if (code == 0)
        code = read_style(json_string_value(json_object_get(object, "style")), settings, e);
    if (code == 0)
        return settings;
    exec_settings_free(settings);
    return NULL;
}

void exec_settings_free(struct exec_settings *settings)
{
    if (!settings)
        return;
    struct arena *arena = settings->arena;
    arena_free(&arena);
}
