/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_COMPAT_H
#define EXPORTERS_COMPAT_H

#include "core/batch.h"
#include "core/snapshot.h"

/*
 * The facts under the names and labels of other exporters, so that dashboards and rules made for
 * those go on: off by default, as beside the real ones each would be there twice.
 */
enum compat { COMPAT_NODE_EXPORTER, COMPAT_SMARTCTL_EXPORTER, COMPATS };

/* Their names in the configuration, in the order of enum compat. */
extern const char *const compat_names[COMPATS];

/* Adds the samples of those chosen, a bit 1 << enum compat each. */
void compat_batch(const struct snapshot *snapshot, unsigned chosen, struct batch *batch);

/* compat_node_exporter.c: node_md_*, as node_exporter 1.5 and later has them. */
void compat_node_exporter(const struct snapshot *snapshot, struct batch *batch);

/* compat_smartctl_exporter.c: smartctl_device_* and the like. */
void compat_smartctl_exporter(const struct snapshot *snapshot, struct batch *batch);

/* What of a snapshot's sources is called so; visit for each series in the order of labels. */
void compat_each(const struct snapshot *snapshot, const char *metric,
                 void (*visit)(const struct labels *labels, double value, void *arg), void *arg);

#endif
