/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MD_SYSFS_H
#define PROBES_MD_SYSFS_H

#include "probes/md_array.h"
#include "probes/probe.h"

/*
 * Names in /sys/block that have an md/ directory, sorted; -ENOENT where there is no /sys/block. At
 * most MD_MAX_ARRAYS; *more says whether there were others.
 */
int md_sysfs_list(const struct root *root, struct arena *arena, char ***names, size_t *count,
                  bool *more, struct error *e);

/*
 * Reads /sys/block/NAME/ into array. What is there but cannot be read or understood becomes a
 * finding of run, and the rest goes on; what is not there stays not known. False when the array has
 * gone meanwhile.
 */
bool md_sysfs_read(struct probe_run *run, struct arena *arena, const char *name,
                   struct md_array *array);

#endif
