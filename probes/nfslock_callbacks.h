/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NFSLOCK_CALLBACKS_H
#define PROBES_NFSLOCK_CALLBACKS_H

#include "probes/nfs_mounts.h"
#include "probes/nfslock_settings.h"

/*
 * The part of the nfslock probe that asks by RPC, on a live host only: this host and its servers,
 * as one target, "callbacks"; then the configured hosts, as another, "targets", for which names may
 * have to be looked up.
 */
enum {
    /* A round has a target's deadline, which a check of 10 s makes 4 s. */
    NFSLOCK_ROUND_TIMEOUT_MS = 2300,
    NFSLOCK_ROUND_MS = 3000,
};

void nfslock_poll_callbacks(struct probe_run *run, const struct nfs_mounts *mounts,
                            const struct nfslock_settings *settings);

/*
 * Asks one host that somebody named, as a target of that name. 0 where each of its addresses can be
 * called back over UDP and TCP, else negative, and e says what is the matter.
 */
int nfslock_look_at(struct probe_run *run, const char *name,
                    const struct nfslock_settings *settings, struct error *e);

#endif
