/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CONFIGURATION_H
#define AGENT_CONFIGURATION_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/notify.h"
#include "core/arena.h"
#include "core/labels.h"
#include "probes/probe.h"

/*
 * What /etc/forewarn/forewarn.yml says: all keys are optional, and an empty file is the default
 * configuration. Durations are written as in rule files (30s, 1h30m, 30d), sizes as 64MiB, 1GiB.
 */
enum {
    CONFIG_MAX_BYTES = 1024 * 1024,
    CONFIG_MAX_PROBES = 16,
    CONFIG_MAX_EXPORTERS = 8,
    CONFIG_MAX_LISTEN = 8
};

struct config_probe {
    bool enabled;
    int64_t interval_ms, deadline_ms;
    const char **targets; /* that /probe may be asked about; as long as the whole configuration */
    size_t target_count, target_room;
    const char *json; /* what else it is told; NULL: nothing */
};

/* What an exporter's worker is told, and whom it tells. */
struct config_exporter {
    const char *json;       /* its configuration; NULL: it is not configured, and not started */
    const char **receivers; /* their names; none where it takes snapshots only */
    size_t receiver_count, receiver_room;
};

struct config {
    const char *state_directory;
    int64_t evaluation_interval_ms;
    struct {
        int64_t retention_ms;
        int64_t max_bytes;  /* on disk */
        int64_t max_memory; /* bytes of samples that rules can look back on */
    } history;
    const char **rule_files; /* glob(7) patterns; none: the default rules */
    size_t rule_file_count, rule_file_room;
    const struct labels *external_labels;
    struct config_probe probes[CONFIG_MAX_PROBES]; /* in the registry's order */
    struct notify_config notify;
    int64_t heartbeat_ms;                                   /* 0: none */
    struct config_exporter exporters[CONFIG_MAX_EXPORTERS]; /* in the registry's order */
    struct {
        const char *listen[CONFIG_MAX_LISTEN]; /* as listen_parse() takes them */
        size_t listen_count;                   /* 0: no HTTP */
        const char *web_config;                /* a web.config.yml; NULL: none */
    } prometheus;
    unsigned compat; /* 1 << enum compat each */
};

/* The defaults, for these probes (NULL at the end). What it points to is static. */
void config_default(struct config *config, const struct probe *const *probes);

/*
 * Reads a configuration over the defaults. All errors are told through report, a text each:
 * "NAME:LINE:COLUMN: what"; -EINVAL when there was any. Texts live in the arena. Pure.
 */
int config_parse(const char *name, const char *text, size_t length,
                 const struct probe *const *probes, struct arena *arena, struct config *config,
                 void (*report)(const char *text, void *arg), void *arg);

#endif
