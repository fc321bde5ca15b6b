/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CONFIGURATION_PROMETHEUS_H
#define AGENT_CONFIGURATION_PROMETHEUS_H

#include "agent/configuration.h"
#include "rules/yaml.h"

/* "prometheus" of "exporters", and "compat", of the configuration; out is the struct config. */
void configuration_read_prometheus(struct yaml_file *file, const yaml_node_t *node, void *out);
void configuration_read_compat(struct yaml_file *file, const yaml_node_t *node, void *out);
void configuration_default_prometheus(struct config *config);

#endif
