/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "exporters/nagios.h"
#include "exporters/nagios_passive.h"
#include "exporters/told_look.h"

int nagios_passive_read(const char *json, struct arena *arena, struct nagios_passive *settings,
                        struct error *e)
{
    const char *command_file, *host, *service;
    json_int_t interval_ms;
    json_t *root = json_loads(json, 0, NULL);

    if (json_unpack(root, "{s:s, s:s, s:s, s:I}", "command_file", &command_file, "host", &host,
                    "service", &service, "interval_ms", &interval_ms) < 0) {
        json_decref(root);
        return error_set(e, -EPROTO, "nagios: not its configuration: %.200s", json);
    }
    *settings = (struct nagios_passive){.command_file = arena_strdup(arena, command_file),
                                        .host = arena_strdup(arena, host),
                                        .service = arena_strdup(arena, service),
                                        .interval_ms = interval_ms};
    json_decref(root);
    return 0;
}

/* Newlines stand in it as \n; no other backslash may be taken for one. */
static void put_escaped(const char *text, struct buf *out)
{
    size_t length = strlen(text);
    while (length && text[length - 1] == '\n')
        length--;
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\n')
            buf_puts(out, "\\n");
        else
            buf_add(out, text[i] == '\\' ? "/" : &text[i], 1);
}

void nagios_passive_line(const struct nagios_passive *settings, const Forewarn__Snapshot *snapshot,
                         struct buf *line, struct buf *key)
{
    SCRATCH_ARENA(arena);
    struct store *store = store_new();
    struct buf text = {0};
    struct look look;

    told_look(snapshot, arena, store, &look);
    buf_printf(line, "[%lld] PROCESS_SERVICE_CHECK_RESULT;%s;%s;%d;",
               (long long)(snapshot->at_ms / 1000), settings->host[0] ? settings->host : look.host,
               settings->service, (int)look.verdict);
    /* A newline takes two bytes there; there is a third of the lines at most. */
    size_t room = NAGIOS_COMMAND_MAX - line->length;
    nagios_render_within(&look, store, 0, room - room / 16, &text);
    put_escaped(text.data, line);
    if (line->length >= NAGIOS_COMMAND_MAX)
        line->length = NAGIOS_COMMAND_MAX - 1;
    buf_puts(line, "\n");
    buf_printf(key, "%d", (int)look.verdict);
    buf_add(key, text.data, strcspn(text.data, "|\n"));
    buf_free(&text);
    store_free(&store);
}
