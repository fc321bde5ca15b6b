/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_REGISTRY_H
#define PROBES_REGISTRY_H

#include "probes/probe.h"

extern const struct probe md_probe, smart_probe, nfslock_probe, mailindex_probe;

/* All probes there are, NULL at the end. */
extern const struct probe *const probes[];

#endif
