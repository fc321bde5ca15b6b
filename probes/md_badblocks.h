/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MD_BADBLOCKS_H
#define PROBES_MD_BADBLOCKS_H

#include "probes/md_array.h"
#include "probes/md_redundancy.h"

/* Sectors that ranges cover; those named twice count once. */
int64_t md_bad_sectors(struct arena *arena, const struct md_ranges *ranges);

/*
 * Sectors (of one member's size) at which so many members have noted bad blocks, or are missing or
 * not yet rebuilt, that the level cannot make up the data: what was there is lost, though md may
 * call the array clean. This is what a rebuild over unreadable sectors leaves behind: the same bad
 * blocks on the member that could not be read and on the new one. Bad blocks stand at addresses of
 * the member's device (is_badblock() of drivers/md/md.h adds data_offset), so members are compared
 * from where their data begin.
 *
 * MD_UNKNOWN where a member's list is not known, and for RAID10 other than near copies that divide
 * the members evenly: there copies stand at other addresses.
 */
int64_t md_lost_sectors(struct arena *arena, const struct md_array *array,
                        const struct md_level *level);

#endif
