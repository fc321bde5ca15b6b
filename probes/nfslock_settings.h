/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NFSLOCK_SETTINGS_H
#define PROBES_NFSLOCK_SETTINGS_H

#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"

/* What the configuration says for the probe nfslock: struct probe_run, settings. */
struct nfslock_settings {
    const char **targets; /* hosts that are asked from here */
    size_t target_count;
    const char **lock_tests; /* directories on NFS mounts */
    size_t lock_test_count;
    uint16_t rpcbind_port;
};

/* Texts live in the arena. text may be NULL, for the defaults. */
int nfslock_settings_read(const char *text, struct arena *arena, struct nfslock_settings *settings,
                          struct error *e);

#endif
