/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CONFIGURATION_SNMP_H
#define AGENT_CONFIGURATION_SNMP_H

#include "agent/configuration_exporters.h"

/*
 * exporters: snmp: of the configuration (see configuration_exporters.h); out is the struct
 * config_exporter, whose JSON is what exporters/snmp_settings.h reads.
 */
void configuration_read_snmp(struct yaml_file *file, const yaml_node_t *node, void *out);

#endif
