/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_PROBERS_H
#define PROBES_PROBERS_H

#include "probes/probe.h"

extern const struct prober md_prober, smart_prober, nfslock_prober, mailindex_prober;

/* By the probe's name, NULL where there is none. */
const struct prober *prober_find(const char *name);

#endif
