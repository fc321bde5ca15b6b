/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/configuration_nagios.h"

#include <string.h>

#include "agent/configuration_value.h"
#include "agent/json_labels.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, DAY_MS = 24 * 60 * MINUTE_MS };

struct nagios {
    struct yaml_text command_file, host, service;
    int64_t interval_ms;
};

static void read_path(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct yaml_text *text = out;
    yaml_read_text(file, node, text);
    if (text->text && text->text[0] != '/')
        yaml_error(file, node, "'%s' is no absolute path", text->text);
}

/* It becomes a field of a line whose fields end in semicolons. */
static void read_name(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    enum { MOST = 200 };
    struct yaml_text *text = out;
    yaml_read_text(file, node, text);
    if (text->text && (!text->text[0] || strpbrk(text->text, ";\n\r") || strlen(text->text) > MOST))
        yaml_error(file, node, "'%.80s' is no name that Nagios takes", text->text);
}

static void read_interval(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    config_read_duration(file, node, SECOND_MS, DAY_MS, out);
}

void configuration_read_nagios(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    static const struct yaml_field fields[] = {
        {"command_file", read_path, offsetof(struct nagios, command_file)},
        {"host", read_name, offsetof(struct nagios, host)},
        {"service", read_name, offsetof(struct nagios, service)},
        {"interval", read_interval, offsetof(struct nagios, interval_ms)},
    };
    struct config_exporter *exporter = out;
    struct nagios nagios = {.interval_ms = 5 * MINUTE_MS};
    struct buf json = {0};

    yaml_read_mapping(file, node, "'nagios'", fields, sizeof fields / sizeof *fields, &nagios);
    if (!nagios.command_file.text) {
        yaml_error(file, node, "'nagios' needs a command_file");
        return;
    }
    json_put(json_must(json_pack("{s:s, s:s, s:s, s:I}", "command_file", nagios.command_file.text,
                                 "host", nagios.host.text ? nagios.host.text : "", "service",
                                 nagios.service.text ? nagios.service.text : "forewarn",
                                 "interval_ms", (json_int_t)nagios.interval_ms)),
             &json);
    exporter->json = arena_strdup(file->arena, json.data);
    buf_free(&json);
}
