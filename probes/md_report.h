/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MD_REPORT_H
#define PROBES_MD_REPORT_H

#include "probes/disks.h"
#include "probes/md_array.h"
#include "probes/md_memory.h"
#include "probes/md_summary.h"
#include "probes/probe.h"

/* A member's place and disks, found for its labels. */
struct md_place {
    const char *slot;
    int number;         /* the same, below 0 where it is none */
    const char **disks; /* identities; at least one, which can be "" */
    size_t disk_count;
    bool sure; /* a single disk with an identity that is more than its kernel name */
};

/* Gives each of the array's members its place, and notes in the memory what is to be remembered. */
const struct md_place *md_places(struct arena *arena, const struct root *root,
                                 const struct disks *disks, struct md_memory *memory,
                                 const struct md_array *array, const struct md_summary *summary);

/* Adds the samples of an array, and of its members, to the batch. */
void md_report_array(struct batch *batch, const struct md_array *array,
                     const struct md_summary *summary);
void md_report_members(struct batch *batch, struct arena *arena, struct md_memory *memory,
                       const struct md_array *array, const struct md_summary *summary,
                       const struct md_place *places);

#endif
