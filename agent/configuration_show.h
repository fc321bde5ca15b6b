/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CONFIGURATION_SHOW_H
#define AGENT_CONFIGURATION_SHOW_H

#include "agent/configuration.h"
#include "core/buf.h"

/*
 * Adds a configuration as YAML, which reads as the same one again but for exporters: of those only
 * the receivers' names are told, as comments, since the rest may be secret.
 */
void configuration_show(const struct config *config, const struct probe *const *probes,
                        struct buf *out);

#endif
