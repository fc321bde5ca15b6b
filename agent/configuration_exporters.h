/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CONFIGURATION_EXPORTERS_H
#define AGENT_CONFIGURATION_EXPORTERS_H

#include "agent/configuration.h"
#include "rules/yaml.h"

/* "exporters" and "notify" of the configuration; out is the struct config. */
void configuration_read_exporters(struct yaml_file *file, const yaml_node_t *node, void *out);
void configuration_read_notify(struct yaml_file *file, const yaml_node_t *node, void *out);
void configuration_default_notify(struct config *config);

/*
 * An exporter's own part, for the table in configuration_exporters.c: reads the node below its name
 * and fills the struct config_exporter at out: the JSON that its worker gets and the names of its
 * receivers, both in the file's arena. Secrets are read from their files here.
 */

/* For those: adds a receiver's name; an empty one, or one that is there already, is an error. */
void configuration_add_receiver(struct yaml_file *file, const yaml_node_t *node, const char *name,
                                struct config_exporter *exporter);

#endif
