/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CONFIGURATION_VALUE_H
#define AGENT_CONFIGURATION_VALUE_H

#include "core/labels.h"
#include "rules/yaml.h"

/*
 * Values of the configuration file: each reader reports what is wrong with a node at its place and
 * then leaves *out as it was. Limits are part of the values' meaning and told in the error.
 */

/* "1h30m" would be "90m", and 1 GiB is "1GiB": as people write them. */
const char *config_duration_text(struct arena *arena, int64_t ms);
const char *config_size_text(struct arena *arena, int64_t bytes);

/* "30s", "1h30m", "30d": milliseconds. */
void config_read_duration(struct yaml_file *file, const yaml_node_t *node, int64_t least_ms,
                          int64_t most_ms, int64_t *ms);

/* "512", "64KiB", "1GiB", "20MB": bytes. */
void config_read_size(struct yaml_file *file, const yaml_node_t *node, int64_t least, int64_t most,
                      int64_t *bytes);

/* true or false, for struct yaml_field; out is a bool. */
void config_read_bool(struct yaml_file *file, const yaml_node_t *node, void *out);

/* A mapping of label names to values, in the file's arena. */
const struct labels *config_read_labels(struct yaml_file *file, const yaml_node_t *node,
                                        const char *what);

#endif
