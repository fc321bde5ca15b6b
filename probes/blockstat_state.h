/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_BLOCKSTAT_STATE_H
#define PROBES_BLOCKSTAT_STATE_H

#include "probes/blockstat.h"
#include "probes/blockstat_requests.h"

/* One disk as it is remembered; sorted by disk. */
struct blockstat_remembered {
    const char *disk;
    struct blockstat_memory memory;
};

struct blockstat_state {
    struct arena *arena; /* of the last look; each look has its own. NULL: there was none */
    struct blockstat_remembered *at;
    size_t count;
};

/* What was known of a disk, zeroed where nothing was. */
struct blockstat_memory blockstat_recall(const struct blockstat_state *state, const char *disk);

/* Into the order that blockstat_recall() needs. */
void blockstat_sort(struct blockstat_remembered *at, size_t count);

#endif
