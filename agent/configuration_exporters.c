/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/configuration_exporters.h"

#include <string.h>

#include "agent/configuration_exec.h"
#include "agent/configuration_nagios.h"
#include "agent/configuration_prometheus.h"
#include "agent/configuration_snmp.h"
#include "agent/configuration_value.h"
#include "agent/configuration_webhook.h"
#include "exporters/exporter.h"

enum { HOUR_MS = 60 * 60 * 1000, DAY_MS = 24 * HOUR_MS };

/* By the names of exporters[], a line each. */
static const struct {
    const char *name;
    void (*read)(struct yaml_file *file, const yaml_node_t *node, void *out);
} readers[] = {
    {"exec", configuration_read_exec},
    {"snmp", configuration_read_snmp},
    {"nagios", configuration_read_nagios},
    {"webhook", configuration_read_webhook},
    {NULL, NULL},
};

static size_t index_of(const char *name)
{
    size_t i = 0;
    while (exporters[i] && strcmp(exporters[i]->name, name) != 0)
        i++;
    return i;
}

void configuration_read_exporters(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct yaml_field fields[CONFIG_MAX_EXPORTERS + 1] = {
        {"prometheus", configuration_read_prometheus, 0}}; /* in the agent itself */
    size_t count = 1;

    for (size_t i = 0; readers[i].name && count <= CONFIG_MAX_EXPORTERS; i++)
        fields[count++] =
            (struct yaml_field){readers[i].name, readers[i].read,
                                offsetof(struct config, exporters) +
                                    index_of(readers[i].name) * sizeof(struct config_exporter)};
    yaml_read_mapping(file, node, "'exporters'", fields, count, out);
}

void configuration_add_receiver(struct yaml_file *file, const yaml_node_t *node, const char *name,
                                struct config_exporter *exporter)
{
    if (!name[0]) {
        yaml_error(file, node, "a receiver needs a name");
        return;
    }
    for (size_t i = 0; i < exporter->receiver_count; i++)
        if (strcmp(exporter->receivers[i], name) == 0) {
            yaml_error(file, node, "the receiver '%s' is there already", name);
            return;
        }
    exporter->receivers = arena_grow(file->arena, exporter->receivers, exporter->receiver_count,
                                     &exporter->receiver_room, sizeof *exporter->receivers);
    exporter->receivers[exporter->receiver_count++] = arena_strdup(file->arena, name);
}

/* "never", or how long to wait at first. */
static void read_repeat(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct yaml_text text = {0};
    yaml_read_text(file, node, &text);
    if (text.text && strcmp(text.text, "never") == 0)
        *(int64_t *)out = 0;
    else if (text.text)
        config_read_duration(file, node, 60 * 1000, 30 * (int64_t)DAY_MS, out);
}

static void read_repeats(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    static const struct yaml_field fields[] = {
        {"info", read_repeat, offsetof(struct config, notify.repeat_ms[SEVERITY_INFO])},
        {"warning", read_repeat, offsetof(struct config, notify.repeat_ms[SEVERITY_WARNING])},
        {"critical", read_repeat, offsetof(struct config, notify.repeat_ms[SEVERITY_CRITICAL])},
    };
    yaml_read_mapping(file, node, "'repeat'", fields, sizeof fields / sizeof *fields, out);
}

static void read_least(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct yaml_text text = {0};
    yaml_read_text(file, node, &text);
    if (!text.text)
        return;
    enum severity severity = severity_from_name(text.text);
    if (severity == SEVERITY_NONE)
        yaml_error(file, node, "'%s' is none of info, warning, critical", text.text);
    else
        *(enum severity *)out = severity;
}

void configuration_default_notify(struct config *config)
{
    config->notify = (struct notify_config){
        .repeat_ms = {[SEVERITY_WARNING] = DAY_MS, [SEVERITY_CRITICAL] = 4 * HOUR_MS},
        .least = SEVERITY_INFO,
        .resolved = true,
    };
}

void configuration_read_notify(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    static const struct yaml_field fields[] = {
        {"repeat", read_repeats, 0},
        {"least", read_least, offsetof(struct config, notify.least)},
        {"resolved", config_read_bool, offsetof(struct config, notify.resolved)},
        {"heartbeat", read_repeat, offsetof(struct config, heartbeat_ms)},
    };
    yaml_read_mapping(file, node, "'notify'", fields, sizeof fields / sizeof *fields, out);
}
