/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/md_badblocks.h"

#include <stdlib.h>

/* At a place something begins (+1) or ends (-1). */
struct edge {
    uint64_t at;
    int noted;  /* a bad block in a list */
    int absent; /* no data from here on: member missing or not yet rebuilt */
};

struct edges {
    struct edge *at;
    size_t count, room;
};

static void add_edge(struct arena *arena, struct edges *edges, uint64_t at, int noted, int absent)
{
    edges->at = arena_grow(arena, edges->at, edges->count, &edges->room, sizeof *edges->at);
    edges->at[edges->count++] = (struct edge){at, noted, absent};
}

static int by_start(const void *a, const void *b)
{
    const struct md_range *x = a, *y = b;
    return x->start < y->start ? -1 : x->start > y->start;
}

static int by_place(const void *a, const void *b)
{
    const struct edge *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* The ranges in order, those that overlap or touch joined. */
static struct md_range *join(struct arena *arena, const struct md_ranges *ranges, size_t *count)
{
    struct md_range *joined = ARENA_ARRAY(arena, struct md_range, ranges->count + 1);
    size_t n = 0;

    for (size_t i = 0; i < ranges->count; i++)
        joined[i] = ranges->at[i];
    qsort(joined, ranges->count, sizeof *joined, by_start);
    for (size_t i = 0; i < ranges->count; i++) {
        struct md_range *last = n ? &joined[n - 1] : NULL;
        uint64_t end = joined[i].start + joined[i].length;
        if (!last || joined[i].start > last->start + last->length)
            joined[n++] = joined[i];
        else if (end > last->start + last->length)
            last->length = end - last->start;
    }
    *count = n;
    return joined;
}

int64_t md_bad_sectors(struct arena *arena, const struct md_ranges *ranges)
{
    size_t count;
    uint64_t sum = 0;
    const struct md_range *joined = join(arena, ranges, &count);
    for (size_t i = 0; i < count; i++)
        sum += joined[i].length;
    return sum > INT64_MAX ? INT64_MAX : (int64_t)sum;
}

/* Whether the member's data stand in its slot: not spares, journals, failed ones, replacements. */
static bool holds_data(const struct md_member *member)
{
    return (member->role == MD_ROLE_IN_SYNC || member->role == MD_ROLE_REBUILDING) &&
           !(member->flags & MD_FLAG_REPLACEMENT) && !member->gone;
}

static void add_member(struct arena *arena, struct edges *edges, const struct md_member *member)
{
    size_t count;
    const struct md_range *joined = join(arena, &member->bad, &count);
    uint64_t offset = member->offset > 0 ? (uint64_t)member->offset : 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t start = joined[i].start, end = start + joined[i].length;
        if (end <= offset)
            continue; /* before the data: superblock, bitmap */
        add_edge(arena, edges, start > offset ? start - offset : 0, 1, 0);
        add_edge(arena, edges, end - offset, -1, 0);
    }
    if (member->role == MD_ROLE_REBUILDING && member->recovery_start != INT64_MAX)
        add_edge(arena, edges, member->recovery_start > 0 ? (uint64_t)member->recovery_start : 0, 0,
                 1);
}

/* Sectors at which a bad block is noted and more than bearable members cannot give their data. */
static int64_t sweep(struct edges *edges, int missing, int bearable)
{
    int noted = 0, absent = missing;
    uint64_t lost = 0;

    if (edges->count)
        qsort(edges->at, edges->count, sizeof *edges->at, by_place);
    for (size_t i = 0; i < edges->count; i++) {
        if (i && noted && noted + absent > bearable)
            lost += edges->at[i].at - edges->at[i - 1].at;
        noted += edges->at[i].noted;
        absent += edges->at[i].absent;
    }
    return lost > INT64_MAX ? INT64_MAX : (int64_t)lost;
}

/* The same for the members of slots first to first + count - 1. */
static int64_t lost_among(struct arena *arena, const struct md_array *array, int first, int count,
                          int bearable)
{
    struct edges edges = {0};
    int present = 0;
    for (size_t i = 0; i < array->member_count; i++) {
        const struct md_member *member = &array->members[i];
        if (!holds_data(member) || member->slot < first || member->slot >= first + count)
            continue;
        present++;
        add_member(arena, &edges, member);
    }
    return sweep(&edges, count > present ? count - present : 0, bearable);
}

int64_t md_lost_sectors(struct arena *arena, const struct md_array *array,
                        const struct md_level *level)
{
    int disks = (int)array->wanted, near = array->raid10.near;
    int64_t lost = 0;

    if (disks < 1 || level->safety == MD_SAFETY_UNKNOWN)
        return MD_UNKNOWN;
    for (size_t i = 0; i < array->member_count; i++)
        if (holds_data(&array->members[i]) &&
            (!array->members[i].bad.known || array->members[i].slot < 0))
            return MD_UNKNOWN;
    if (level->safety == MD_SAFETY_COPIES)
        return lost_among(arena, array, 0, disks, disks - 1);
    if (level->safety != MD_SAFETY_RAID10)
        return lost_among(arena, array, 0, disks, level->parity);
    if (near < 1 || array->raid10.far != 1 || disks % near)
        return MD_UNKNOWN;
    for (int first = 0; first < disks; first += near)
        lost += lost_among(arena, array, first, near, near - 1);
    return lost;
}
