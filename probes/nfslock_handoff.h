/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NFSLOCK_HANDOFF_H
#define PROBES_NFSLOCK_HANDOFF_H

#include "probes/nfs_mounts.h"
#include "probes/nfslock_settings.h"

/*
 * The part of the nfslock probe that hands a lock over in each configured directory, as a target of
 * its own, as a mount that hangs keeps whoever touches it. Live hosts only.
 *
 * In the directory a file ".forewarn-lock-HOST" is made, locked at the server in a name that is
 * always the same, and removed after it was unlocked. A process that is killed in between leaves
 * the file, and its name is the marker: the next round unlocks it before it begins, and removes it.
 */
enum { NFSLOCK_HANDOFF_MS = 2500 }; /* from the release to the grant */

void nfslock_poll_handoff(struct probe_run *run, const struct nfs_mounts *mounts,
                          const struct nfslock_settings *settings);

/* The mount that a path lies in; NULL where it is no NFS mount. */
const struct nfs_mount *nfslock_mount_of(const struct nfs_mounts *mounts, const char *path);

#endif
