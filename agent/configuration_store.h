/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CONFIGURATION_STORE_H
#define AGENT_CONFIGURATION_STORE_H

#include <jansson.h>

#include "rules/yaml.h"

/*
 * probes.mailindex.stores: adds each of the list to stores, as mailindex_settings_parse() takes it.
 * What is wrong is told at its place, and that store left out.
 */
void config_read_stores(struct yaml_file *file, const yaml_node_t *node, json_t *stores);

#endif
