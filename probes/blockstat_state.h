/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_BLOCKSTAT_STATE_H
#define PROBES_BLOCKSTAT_STATE_H

#include "probes/blockstat.h"
#include "probes/blockstat_requests.h"

/* One disk as it is remembered; sorted by disk. */
struct blockstat_remembered {
    const char *disk;
    struct blockstat_memory memory;
    uint64_t errors; /* that the kernel had counted at the last look */
    uint64_t ours;   /* of these, answers to what it was asked by us */
};

struct blockstat_state {
    struct arena *arena; /* of the last look; each look has its own. NULL: there was none */
    struct blockstat_remembered *at;
    size_t count;
};

/* What is known of a disk, NULL where nothing is. */
struct blockstat_remembered *blockstat_recall(const struct blockstat_state *state,
                                              const char *disk);

/* Into the order that blockstat_recall() needs. */
void blockstat_sort(struct blockstat_remembered *at, size_t count);

#endif
