/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_AGENT_EXPORTER_CONFIGURATION_H
#define TESTS_AGENT_EXPORTER_CONFIGURATION_H

#include "agent/configuration.h"

/* Reads a configuration that is called f.yml; gives its errors, a line each, in the arena. */
const char *exporter_configuration(const char *text, struct arena *arena, struct config *config);

/* The part of an exporter, which must be one of those that there are. */
const struct config_exporter *exporter_configured(const struct config *config, const char *name);

#endif
