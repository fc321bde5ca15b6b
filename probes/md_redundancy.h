/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MD_REDUNDANCY_H
#define PROBES_MD_REDUNDANCY_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/md_array.h"

/* How a level keeps data safe. */
enum md_safety {
    MD_SAFETY_UNKNOWN, /* a level we do not know, or one that holds no data (container) */
    MD_SAFETY_NONE,    /* raid0, linear: each member is needed */
    MD_SAFETY_COPIES,  /* raid1: each member holds all; multipath: each path leads to all */
    MD_SAFETY_PARITY,  /* raid4, raid5: one member can be computed; raid6: two */
    MD_SAFETY_RAID10,
};

struct md_level {
    const char *name; /* as md/level has it */
    enum md_safety safety;
    int parity; /* members that can be computed from the others */
};

/* By name; for an unknown name an entry whose safety is unknown. Never NULL. */
const struct md_level *md_level_find(const char *name);

/*
 * The kernel's layout number of a RAID10, decoded as setup_geo() of drivers/md/raid10.c does: near
 * copies in bits 0-7, far copies in 8-15, offset in 16, how far sets are made in 17 and above.
 * -EINVAL for a number that the kernel would refuse for so many members.
 */
int md_raid10_decode(int64_t layout, int disks, struct md_raid10 *raid10);

/*
 * The members that hold the copies of the chunk-th chunk, as __raid10_find_phys() places them. Into
 * slots (room for near * far); gives how many.
 */
int md_raid10_copies(const struct md_raid10 *raid10, int disks, int chunk, int *slots);

#define MD_REDUNDANCY_UNKNOWN (-2)
#define MD_REDUNDANCY_LOST    (-1)

/*
 * How many more members can surely be lost without data, whichever they are: 0 and more, or
 * MD_REDUNDANCY_LOST where too many are missing already.
 *
 * whole[slot], of disks entries, says which slots have a member whose data are whole; NULL when
 * only the number of the others is known. raid10 is only looked at for that level; where its copies
 * are not known (near is 0) two are taken, since md refuses fewer. Where members are missing but
 * not which, and it takes that to tell, the answer is 0: md still runs it.
 */
int md_redundancy(const struct md_level *level, const struct md_raid10 *raid10, int disks,
                  const bool *whole, int missing);

#endif
