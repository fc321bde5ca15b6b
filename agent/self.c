/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/self.h"

const struct metric self_build_info = {
    .name = "forewarn_build_info",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "The version of forewarn that made these samples; always 1.",
    .source = "the program",
    .labels = {"version"},
};

const struct metric self_probe_interval = {
    .name = "forewarn_probe_interval_seconds",
    .type = METRIC_GAUGE,
    .unit = "seconds",
    .help = "How often the agent has the probe make a round.",
    .source = "the configuration",
    .labels = {"probe"},
};

const struct metric self_probe_last_round = {
    .name = "forewarn_probe_last_round_timestamp_seconds",
    .type = METRIC_GAUGE,
    .unit = "seconds",
    .help = "When the last round that the probe brought to its end began, since 1970.",
    .source = "the agent's supervision of its workers",
    .labels = {"probe"},
};

const struct metric self_probe_up = {
    .name = "forewarn_probe_up",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "Whether the probe's last round came to its end.",
    .source = "the agent's supervision of its workers",
    .labels = {"probe"},
};

const struct metric self_probe_duration = {
    .name = "forewarn_probe_duration_seconds",
    .type = METRIC_GAUGE,
    .unit = "seconds",
    .help = "How long the probe's last round took.",
    .source = "the agent's supervision of its workers",
    .labels = {"probe"},
};

const struct metric self_target_hung = {
    .name = "forewarn_target_hung",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "Whether the target (a disk, an array) gave no answer within its deadline.",
    .source = "the agent's supervision of its workers",
    .labels = {"probe", "target"},
};

const struct metric self_history_writable = {
    .name = "forewarn_history_writable",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "Whether samples can be written to the history in the state directory.",
    .source = "the last attempt to write",
};

const struct metric self_history_memory = {
    .name = "forewarn_history_memory_bytes",
    .type = METRIC_GAUGE,
    .unit = "bytes",
    .help = "What the samples that rules can look back on take in memory.",
    .source = "the agent's store",
};

const struct metric self_rules_failed = {
    .name = "forewarn_rules_failed",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "How many rules of the group could not be evaluated the last time.",
    .source = "the rule engine",
    .labels = {"file", "group"},
};

const struct metric self_alerts = {
    .name = "forewarn_alerts",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "How many alerts there are: pending, or firing.",
    .source = "the last evaluation of the rules",
    .labels = {"severity", "state"},
};

static const struct metric *const metrics[] = {
    &self_alerts,
    &self_build_info,
    &self_history_memory,
    &self_history_writable,
    &self_probe_duration,
    &self_probe_interval,
    &self_probe_last_round,
    &self_probe_up,
    &self_rules_failed,
    &self_target_hung,
    NULL,
};

const struct probe self_probe = {
    .name = "agent",
    .what = "forewarn itself",
    .capabilities = "",
    .metrics = metrics,
};
