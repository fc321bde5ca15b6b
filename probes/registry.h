/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_REGISTRY_H
#define PROBES_REGISTRY_H

#include "probes/probe.h"

/* All probes there are, NULL at the end. */
extern const struct probe *const probes[];

/* By name, NULL where there is none. */
const struct probe *probe_find(const char *name);

#endif
