/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/configuration_show.h"

#include <jansson.h>
#include <stdlib.h>

#include "agent/configuration_value.h"
#include "core/text.h"
#include "exporters/compat.h"
#include "exporters/exporter.h"

/* A text in double quotes: any is written alike, and none means something else to YAML. */
static void put_quoted(struct buf *out, const char *text)
{
    buf_puts(out, "\"");
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == '"' || *text == '\\')
            buf_printf(out, "\\x%02x", (unsigned char)*text);
        else
            buf_printf(out, "%c", *text);
    buf_puts(out, "\"");
}

static void put_duration(struct buf *out, const char *key, int64_t ms)
{
    SCRATCH_ARENA(arena);
    buf_printf(out, "%s: %s\n", key, ms ? config_duration_text(arena, ms) : "never");
}

static void put_size(struct buf *out, const char *key, int64_t bytes)
{
    SCRATCH_ARENA(arena);
    buf_printf(out, "%s: %s\n", key, config_size_text(arena, bytes));
}

static void put_rules(const struct config *config, struct buf *out)
{
    if (config->rule_file_count)
        buf_puts(out, "rule_files:\n");
    for (size_t i = 0; i < config->rule_file_count; i++) {
        buf_puts(out, "- ");
        put_quoted(out, config->rule_files[i]);
        buf_puts(out, "\n");
    }
    if (config->external_labels->count)
        buf_puts(out, "external_labels:\n");
    for (size_t i = 0; i < config->external_labels->count; i++) {
        buf_puts(out, "  ");
        put_quoted(out, config->external_labels->at[i].name);
        buf_puts(out, ": ");
        put_quoted(out, config->external_labels->at[i].value);
        buf_puts(out, "\n");
    }
}

static void put_texts(struct buf *out, const char *key, const char *const *texts, size_t count)
{
    buf_printf(out, "%s: [", key);
    for (size_t i = 0; i < count; i++) {
        buf_puts(out, i ? ", " : "");
        put_quoted(out, texts[i]);
    }
    buf_puts(out, "]\n");
}

static void put_setting(const char *key, const json_t *value, struct buf *out)
{
    SCRATCH_ARENA(arena);
    if (text_ends_in(key, "_ms")) {
        put_duration(out, arena_printf(arena, "    %.*s", (int)strlen(key) - 3, key),
                     json_integer_value(value));
    } else if (text_ends_in(key, "bytes_per_second")) {
        put_size(out, arena_printf(arena, "    %s", key), json_integer_value(value));
    } else {
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        buf_printf(out, "    %s: %s\n", key, text ? text : "null");
        free(text);
    }
}

/* What a probe has for itself: JSON is YAML, but for durations and sizes. */
static void put_settings(const char *json, struct buf *out)
{
    json_t *object = json_loads(json, 0, NULL), *value;
    const char *key;

    json_object_del(object, "targets"); /* shown already */
    json_object_foreach(object, key, value) put_setting(key, value, out);
    json_decref(object);
}

static void put_probes(const struct config *config, const struct probe *const *probes,
                       struct buf *out)
{
    buf_puts(out, "probes:\n");
    for (size_t i = 0; probes[i] && i < CONFIG_MAX_PROBES; i++) {
        const struct config_probe *probe = &config->probes[i];
        buf_printf(out, "  %s:\n    enabled: %s\n", probes[i]->name,
                   probe->enabled ? "true" : "false");
        put_duration(out, "    interval", probe->interval_ms);
        put_duration(out, "    deadline", probe->deadline_ms);
        if (probe->target_count)
            put_texts(out, "    targets", probe->targets, probe->target_count);
        if (probe->json)
            put_settings(probe->json, out);
    }
}

static void put_notify(const struct config *config, struct buf *out)
{
    buf_puts(out, "notify:\n  repeat:\n");
    put_duration(out, "    critical", config->notify.repeat_ms[SEVERITY_CRITICAL]);
    put_duration(out, "    warning", config->notify.repeat_ms[SEVERITY_WARNING]);
    put_duration(out, "    info", config->notify.repeat_ms[SEVERITY_INFO]);
    buf_printf(out, "  least: %s\n  resolved: %s\n", severity_name(config->notify.least),
               config->notify.resolved ? "true" : "false");
    put_duration(out, "  heartbeat", config->heartbeat_ms);
}

static void put_prometheus(const struct config *config, struct buf *out)
{
    const char *names[COMPATS];
    size_t count = 0;

    for (size_t i = 0; i < COMPATS; i++)
        if (config->compat & (1U << i))
            names[count++] = compat_names[i];
    put_texts(out, "compat", names, count);
    buf_puts(out, "exporters:\n  prometheus:\n");
    put_texts(out, "    listen", config->prometheus.listen, config->prometheus.listen_count);
    if (!config->prometheus.web_config)
        return;
    buf_puts(out, "    web_config: ");
    put_quoted(out, config->prometheus.web_config);
    buf_puts(out, "\n");
}

/* What may hold secrets is only named. */
static void put_exporters(const struct config *config, struct buf *out)
{
    for (size_t i = 0; exporters[i] && i < CONFIG_MAX_EXPORTERS; i++) {
        const struct config_exporter *exporter = &config->exporters[i];
        if (!exporter->json)
            continue;
        buf_printf(out, "# exporter %s", exporters[i]->name);
        for (size_t k = 0; k < exporter->receiver_count; k++) {
            buf_puts(out, k ? ", " : ": ");
            put_quoted(out, exporter->receivers[k]);
        }
        buf_puts(out, "\n");
    }
}

void configuration_show(const struct config *config, const struct probe *const *probes,
                        struct buf *out)
{
    buf_puts(out, "state_directory: ");
    put_quoted(out, config->state_directory);
    buf_puts(out, "\n");
    put_duration(out, "evaluation_interval", config->evaluation_interval_ms);
    put_rules(config, out);
    buf_puts(out, "history:\n");
    put_duration(out, "  retention", config->history.retention_ms);
    put_size(out, "  max_bytes", config->history.max_bytes);
    put_size(out, "  max_memory", config->history.max_memory);
    put_probes(config, probes, out);
    put_notify(config, out);
    put_prometheus(config, out);
    put_exporters(config, out);
}
