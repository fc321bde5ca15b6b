/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/configuration.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/configuration_exporters.h"
#include "agent/configuration_probe.h"
#include "agent/configuration_prometheus.h"
#include "agent/configuration_value.h"
#include "agent/defaults.h"
#include "rules/yaml.h"

enum { SECOND_MS = 1000, DAY_MS = 24 * 60 * 60 * SECOND_MS, MAX_RULE_FILES = 1000 };

void config_default(struct config *config, const struct probe *const *probes)
{
    *config = (struct config){
        .state_directory = DEFAULT_STATE_DIRECTORY,
        .evaluation_interval_ms = 60 * SECOND_MS,
        .history = {.retention_ms = 30 * (int64_t)DAY_MS,
                    .max_bytes = (int64_t)1 << 30,
                    .max_memory = (int64_t)64 << 20},
        .external_labels = &labels_empty,
    };
    configuration_default_notify(config);
    configuration_default_prometheus(config);
    for (size_t i = 0; probes[i] && i < CONFIG_MAX_PROBES; i++)
        config->probes[i] = (struct config_probe){
            .enabled = true,
            .interval_ms = probes[i]->interval_ms,
            .deadline_ms = probes[i]->deadline_ms,
        };
}

static void read_directory(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct yaml_text text = {0};
    yaml_read_text(file, node, &text);
    if (text.text && text.text[0] != '/')
        yaml_error(file, node, "'%s' is no absolute path", text.text);
    else if (text.text)
        *(const char **)out = text.text;
}

static void read_interval(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    config_read_duration(file, node, SECOND_MS, DAY_MS, out);
}

static void read_retention(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    config_read_duration(file, node, 60 * 60 * SECOND_MS, 3660 * (int64_t)DAY_MS, out);
}

static void read_size(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    config_read_size(file, node, (int64_t)1 << 20, (int64_t)1 << 46, out);
}

static void read_history(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    static const struct yaml_field fields[] = {
        {"retention", read_retention, offsetof(struct config, history.retention_ms)},
        {"max_bytes", read_size, offsetof(struct config, history.max_bytes)},
        {"max_memory", read_size, offsetof(struct config, history.max_memory)},
    };
    yaml_read_mapping(file, node, "'history'", fields, sizeof fields / sizeof *fields, out);
}

static void add_rule_file(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    struct config *config = arg;
    struct yaml_text text = {0};

    yaml_read_text(file, node, &text);
    if (!text.text)
        return;
    if (text.text[0] != '/') {
        yaml_error(file, node, "'%s' is no absolute path", text.text);
        return;
    }
    if (config->rule_file_count >= MAX_RULE_FILES) {
        yaml_error(file, node, "more than %d rule files", MAX_RULE_FILES);
        return;
    }
    config->rule_files = arena_grow(file->arena, config->rule_files, config->rule_file_count,
                                    &config->rule_file_room, sizeof *config->rule_files);
    config->rule_files[config->rule_file_count++] = text.text;
}

static void read_rule_files(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    yaml_read_list(file, node, "'rule_files'", add_rule_file, out);
}

static void read_external_labels(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct config *config = out;
    config->external_labels = config_read_labels(file, node, "'external_labels'");
}

struct reader {
    struct config config;
    const struct probe *const *probes;
};

/* The fields of "probes" are the names of those there are. */
static void read_probes(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    struct reader *reader = out;
    struct yaml_field fields[CONFIG_MAX_PROBES];
    size_t count = 0;

    for (; reader->probes[count] && count < CONFIG_MAX_PROBES; count++)
        fields[count] = (struct yaml_field){
            reader->probes[count]->name, configuration_probe_reader(reader->probes[count]),
            offsetof(struct config, probes) + count * sizeof(struct config_probe)};
    yaml_read_mapping(file, node, "'probes'", fields, count, &reader->config);
}

static void read_file(struct yaml_file *file, struct reader *reader)
{
    static const struct yaml_field fields[] = {
        {"state_directory", read_directory, offsetof(struct reader, config.state_directory)},
        {"evaluation_interval", read_interval,
         offsetof(struct reader, config.evaluation_interval_ms)},
        {"history", read_history, offsetof(struct reader, config)},
        {"rule_files", read_rule_files, offsetof(struct reader, config)},
        {"external_labels", read_external_labels, offsetof(struct reader, config)},
        {"probes", read_probes, 0},
        {"notify", configuration_read_notify, offsetof(struct reader, config)},
        {"exporters", configuration_read_exporters, offsetof(struct reader, config)},
        {"compat", configuration_read_compat, offsetof(struct reader, config)},
    };
    yaml_read_mapping(file, yaml_file_root(file), "the configuration", fields,
                      sizeof fields / sizeof *fields, reader);
}

int config_parse(const char *name, const char *text, size_t length,
                 const struct probe *const *probes, struct arena *arena, struct config *config,
                 void (*report)(const char *text, void *arg), void *arg)
{
    struct reader reader = {.probes = probes};
    struct yaml_file file = {
        .name = name, .text = text, .length = length, .report = report, .arg = arg, .arena = arena};

    config_default(&reader.config, probes);
    if (yaml_file_open(&file) == 0)
        read_file(&file, &reader);
    yaml_file_close(&file);
    *config = reader.config;
    return file.errors ? -EINVAL : 0;
}
