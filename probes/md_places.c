/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "probes/md_report.h"

static void find_disks(struct arena *arena, const struct root *root, const struct disks *disks,
                       const char *device, struct md_place *place)
{
    const struct disk **below = NULL;
    size_t count = 0;

    if (disks->count == 0 || disks_below(root, disks, device, arena, &below, &count, NULL) < 0)
        count = 0;
    place->disks = ARENA_ARRAY(arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++)
        place->disks[i] = below[i]->disk;
    place->disk_count = count ? count : 1;
    place->sure = count == 1 && strcmp(below[0]->disk, below[0]->device) != 0;
    if (!count)
        place->disks[0] = "";
}

/*
 * What was known of the member's device, unless the name has gone to another disk meanwhile. Where
 * nothing tells any more which disk it is, it is the one of before.
 */
static const struct md_past *remember(const struct md_memory *memory,
                                      const struct md_member *member, struct md_place *place)
{
    const struct md_past *past = md_memory_device(memory, member->device);

    if (!past || !past->disk[0])
        return past;
    if (place->sure && strcmp(place->disks[0], past->disk) != 0)
        return NULL;
    if (place->disk_count == 1)
        place->disks[0] = past->disk;
    return past;
}

static bool is_journal(const struct md_member *member)
{
    return (member->flags & MD_FLAG_JOURNAL) != 0;
}

/* The member's slot where md says it, else what it was; MD_SLOT_UNKNOWN. */
static int slot_of(const struct md_member *member, const struct md_past *past,
                   const struct md_summary *summary)
{
    if (member->slot >= 0 || is_journal(member) || member->role == MD_ROLE_SPARE)
        return member->slot;
    if (member->role != MD_ROLE_FAULTY)
        return MD_SLOT_UNKNOWN;
    return past ? past->slot : summary->failed_slot;
}

static const char *slot_label(struct arena *arena, const struct md_member *member, int slot)
{
    if (slot >= 0)
        return arena_printf(arena, "%d", slot);
    if (is_journal(member))
        return "journal";
    return slot == MD_SLOT_NONE ? "none" : "unknown";
}

const struct md_place *md_places(struct arena *arena, const struct root *root,
                                 const struct disks *disks, struct md_memory *memory,
                                 const struct md_array *array, const struct md_summary *summary)
{
    struct md_place *places = ARENA_ARRAY(arena, struct md_place, array->member_count + 1);

    for (size_t i = 0; i < array->member_count; i++) {
        const struct md_member *member = &array->members[i];
        struct md_place *place = &places[i];
        find_disks(arena, root, disks, member->device, place);
        const struct md_past *past = remember(memory, member, place);
        int slot = slot_of(member, past, summary);
        place->number = slot;
        place->slot = slot_label(arena, member, slot);
        if (slot >= 0)
            md_memory_note(memory, &(struct md_past){
                                       .device = member->device,
                                       .disk = place->disk_count == 1 ? place->disks[0] : "",
                                       .slot = slot,
                                       .serving = member->role != MD_ROLE_FAULTY,
                                   });
    }
    return places;
}
