/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CONFIGURATION_PROBE_H
#define AGENT_CONFIGURATION_PROBE_H

#include "agent/configuration.h"
#include "rules/yaml.h"

/*
 * What stands below "probes: NAME:" (configuration_keys.h). All probes have enabled, interval and
 * deadline, those that can be asked also targets; some have keys of their own, which their worker
 * is told as JSON (struct probe_run, settings).
 */
typedef void configuration_read_fn(struct yaml_file *file, const yaml_node_t *node, void *out);

/* The reader for a probe, for struct yaml_field; out is a struct config_probe. */
configuration_read_fn *configuration_probe_reader(const struct probe *probe);

#endif
