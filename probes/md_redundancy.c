/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/md_redundancy.h"

#include <errno.h>
#include <string.h>

static const struct md_level levels[] = {
    {"linear", MD_SAFETY_NONE, 0},       {"raid0", MD_SAFETY_NONE, 0},
    {"raid1", MD_SAFETY_COPIES, 0},      {"multipath", MD_SAFETY_COPIES, 0},
    {"raid4", MD_SAFETY_PARITY, 1},      {"raid5", MD_SAFETY_PARITY, 1},
    {"raid6", MD_SAFETY_PARITY, 2},      {"raid10", MD_SAFETY_RAID10, 0},
    {"container", MD_SAFETY_UNKNOWN, 0}, {"faulty", MD_SAFETY_NONE, 0},
};

const struct md_level *md_level_find(const char *name)
{
    static const struct md_level unknown = {"", MD_SAFETY_UNKNOWN, 0};
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (strcmp(levels[i].name, name) == 0)
            return &levels[i];
    return &unknown;
}

int md_raid10_decode(int64_t layout, int disks, struct md_raid10 *raid10)
{
    if (layout < 0 || layout >> 19 || disks < 1)
        return -EINVAL;
    int near = layout & 255, far = layout >> 8 & 255;
    if (near * far < 2 || near * far > disks)
        return -EINVAL;
    *raid10 = (struct md_raid10){.near = near, .far = far, .offset = layout >> 16 & 1};
    switch (layout >> 17) {
    case 0: /* far copies rotate over all members */
        raid10->set_size = disks;
        return 0;
    case 1: /* meant to be the next one; a kernel's mistake, kept for arrays made with it */
        raid10->set_size = disks / far;
        return 0;
    case 2:
        raid10->set_size = far * near;
        return 0;
    default:
        return -EINVAL;
    }
}

/* Where the next far copy of what member slot holds stands. */
static int next_far(const struct md_raid10 *raid10, int disks, int slot)
{
    int size = raid10->set_size > 0 && raid10->set_size <= disks ? raid10->set_size : disks;
    int last_start = (disks / size - 1) * size; /* the last set takes what is left over */
    int last_size = size + disks % size;
    int set = slot / size;

    slot += raid10->near;
    if (disks % size && slot > last_start)
        return (slot - last_start) % last_size + last_start;
    return slot % size + size * set;
}

int md_raid10_copies(const struct md_raid10 *raid10, int disks, int chunk, int *slots)
{
    int count = 0;
    int first = (int)((int64_t)chunk * raid10->near % disks);
    for (int n = 0; n < raid10->near; n++) {
        int slot = (first + n) % disks;
        slots[count++] = slot;
        for (int f = 1; f < raid10->far; f++) {
            slot = next_far(raid10, disks, slot);
            slots[count++] = slot;
        }
    }
    return count;
}

/* The worst case takes all the copies that one chunk has left. */
static int least_copies(const struct md_raid10 *raid10, int disks, const bool *whole)
{
    int slots[MD_MAX_SLOTS], counted[MD_MAX_SLOTS] = {0}, least = disks;

    for (int chunk = 0; chunk < disks; chunk++) {
        int left = 0, count = md_raid10_copies(raid10, disks, chunk, slots);
        for (int i = 0; i < count; i++) {
            left += whole[slots[i]] && counted[slots[i]] != chunk + 1;
            counted[slots[i]] = chunk + 1; /* the mistaken sets can name one member twice */
        }
        if (left < least)
            least = left;
    }
    return least;
}

static int raid10_redundancy(const struct md_raid10 *raid10, int disks, const bool *whole,
                             int missing)
{
    int copies = raid10->near * raid10->far;
    bool known = copies >= 2 && copies <= disks;
    if (known && whole)
        return least_copies(raid10, disks, whole) - 1;
    int sure = (known ? copies : 2) - 1 - missing;
    return sure > 0 ? sure : 0;
}

int md_redundancy(const struct md_level *level, const struct md_raid10 *raid10, int disks,
                  const bool *whole, int missing)
{
    int redundancy;

    if (disks < 1 || disks > MD_MAX_SLOTS || level->safety == MD_SAFETY_UNKNOWN)
        return MD_REDUNDANCY_UNKNOWN;
    if (whole) {
        missing = 0;
        for (int i = 0; i < disks; i++)
            missing += !whole[i];
    }
    switch (level->safety) {
    case MD_SAFETY_COPIES:
        redundancy = disks - missing - 1;
        break;
    case MD_SAFETY_RAID10:
        redundancy = raid10_redundancy(raid10, disks, whole, missing);
        break;
    default:
        redundancy = level->parity - missing;
    }
    return redundancy < 0 ? MD_REDUNDANCY_LOST : redundancy;
}
