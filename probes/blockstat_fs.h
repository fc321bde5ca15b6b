/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_BLOCKSTAT_FS_H
#define PROBES_BLOCKSTAT_FS_H

#include "probes/disks.h"
#include "probes/probe.h"

/*
 * Adds the samples of the filesystems on block devices: which disks they lie on, whether they went
 * read-only, and what ext4 counted of its own errors. Part of blockstat_poll(). False where it
 * could not be read what is mounted.
 */
bool blockstat_filesystems(struct probe_run *run, const struct disks *disks);

#endif
