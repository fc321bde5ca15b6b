/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "probes/md_badblocks.h"
#include "probes/md_metrics.h"
#include "probes/md_report.h"

static void report_state(struct batch *batch, const char *array, const char *slot,
                         const struct md_member *member)
{
    if (member->role == MD_ROLE_UNKNOWN)
        return;
    for (enum md_role role = MD_ROLE_IN_SYNC; role < MD_ROLE_JOURNAL; role++)
        BATCH_SAMPLE(batch, &md_member_state, member->role == role, array, slot, member->device,
                     md_role_name(role));
    static const struct {
        unsigned flag;
        const char *name;
    } flags[] = {
        {MD_FLAG_JOURNAL, "journal"},
        {MD_FLAG_WRITE_MOSTLY, "write_mostly"},
        {MD_FLAG_REPLACEMENT, "replacement"},
    };
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        BATCH_SAMPLE(batch, &md_member_state, (member->flags & flags[i].flag) != 0, array, slot,
                     member->device, flags[i].name);
}

/* What only sysfs tells of a member. */
static void report_health(struct batch *batch, const char *array, const char *slot,
                          const struct md_member *member)
{
    static const struct {
        const struct metric *metric;
        unsigned flag;
    } flags[] = {
        {&md_member_write_error, MD_FLAG_WRITE_ERROR},
        {&md_member_want_replacement, MD_FLAG_WANT_REPLACEMENT},
        {&md_member_blocked, MD_FLAG_BLOCKED},
    };
    for (size_t i = 0; member->flags_known && i < sizeof flags / sizeof flags[0]; i++)
        BATCH_SAMPLE(batch, flags[i].metric, (member->flags & flags[i].flag) != 0, array, slot,
                     member->device);
    if (member->suspended != MD_UNKNOWN)
        BATCH_SAMPLE(batch, &md_member_suspended, member->suspended != 0, array, slot,
                     member->device);
    if (member->errors != MD_UNKNOWN)
        BATCH_SAMPLE(batch, &md_member_errors, (double)member->errors, array, slot, member->device);
}

/* md lists all bad blocks, and once more those that are not acknowledged. */
static void report_bad_blocks(struct batch *batch, struct arena *arena, const char *array,
                              const char *slot, const struct md_member *member)
{
    if (!member->bad.known)
        return;
    int64_t all = md_bad_sectors(arena, &member->bad), unacknowledged = 0;
    if (member->bad_unacknowledged.known)
        unacknowledged = md_bad_sectors(arena, &member->bad_unacknowledged);
    int64_t acknowledged = all > unacknowledged ? all - unacknowledged : 0;
    BATCH_SAMPLE(batch, &md_member_bad_blocks, (double)acknowledged, array, slot, member->device,
                 "yes");
    BATCH_SAMPLE(batch, &md_member_bad_blocks, (double)unacknowledged, array, slot, member->device,
                 "no");
}

/* A slot that no member holds, and who held it when last seen. */
static void report_empty_slot(struct batch *batch, struct md_memory *memory,
                              const struct md_array *array, int number, const char *slot)
{
    const struct md_past *past = md_memory_slot(memory, number);
    if (past && md_array_find(array, past->device))
        past = NULL; /* it has another place by now */
    const char *device = past ? past->device : "";

    BATCH_SAMPLE(batch, &md_member_state, 1, array->name, slot, device, "missing");
    if (!past)
        return;
    BATCH_SAMPLE(batch, &md_member_info, 1, array->name, slot, past->disk, device);
    md_memory_note(memory, &(struct md_past){past->device, past->disk, number, false});
}

static void report_empty_slots(struct batch *batch, struct arena *arena, struct md_memory *memory,
                               const struct md_array *array, const struct md_summary *summary,
                               const struct md_place *places)
{
    bool taken[MD_MAX_SLOTS] = {false};
    int told = 0;

    if (!summary->slots_known)
        return;
    for (size_t i = 0; i < array->member_count; i++)
        if (places[i].number >= 0)
            taken[places[i].number] = true;
    for (int i = 0; i < summary->wanted && told < MD_MAX_MEMBERS; i++) {
        if (summary->held[i] || taken[i])
            continue;
        report_empty_slot(batch, memory, array, i, arena_printf(arena, "%d", i));
        told++;
    }
}

/* mdstat can name one device twice, which is told as a finding. */
static bool is_repeated(const struct md_array *array, const struct md_place *places, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(array->members[i].device, array->members[index].device) == 0 &&
            strcmp(places[i].slot, places[index].slot) == 0)
            return true;
    return false;
}

void md_report_members(struct batch *batch, struct arena *arena, struct md_memory *memory,
                       const struct md_array *array, const struct md_summary *summary,
                       const struct md_place *places)
{
    for (size_t i = 0; i < array->member_count; i++) {
        const struct md_member *member = &array->members[i];
        const struct md_place *place = &places[i];
        if (is_repeated(array, places, i))
            continue;
        for (size_t j = 0; j < place->disk_count; j++)
            BATCH_SAMPLE(batch, &md_member_info, 1, array->name, place->slot, place->disks[j],
                         member->device);
        report_state(batch, array->name, place->slot, member);
        report_health(batch, array->name, place->slot, member);
        report_bad_blocks(batch, arena, array->name, place->slot, member);
        if (array->in_sysfs)
            BATCH_SAMPLE(batch, &md_member_gone, member->gone, array->name, place->slot,
                         member->device);
    }
    report_empty_slots(batch, arena, memory, array, summary, places);
}
