/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/md_waits.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "probes/md_metrics.h"

struct md_busy {
    const char *array;
    enum md_action action;
    bool delayed;
    char **disks; /* sorted */
    size_t count;
};

/* sda for sda1, nvme0n1 for nvme0n1p2; other names are those of whole devices. */
static char *whole_disk(struct arena *arena, const char *device)
{
    static const char *const numbered[] = {"sd", "hd", "vd", "xvd"};
    size_t end = strlen(device);
    while (end && isdigit((unsigned char)device[end - 1]))
        end--;
    if (!device[end])
        return arena_strdup(arena, device);
    if (end > 1 && device[end - 1] == 'p' && isdigit((unsigned char)device[end - 2]))
        return arena_strndup(arena, device, end - 1);
    for (size_t i = 0; i < sizeof numbered / sizeof numbered[0]; i++)
        if (strncmp(device, numbered[i], strlen(numbered[i])) == 0)
            return arena_strndup(arena, device, end);
    return arena_strdup(arena, device);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool syncs(enum md_action action)
{
    return action != MD_ACTION_UNKNOWN && action != MD_ACTION_IDLE && action != MD_ACTION_FROZEN;
}

void md_waits_add(struct md_waits *waits, const struct md_array *array,
                  const struct md_summary *summary, const struct md_place *places)
{
    struct arena *arena = waits->arena;
    size_t count = 0, room = 0;
    char **disks = NULL;

    if (!syncs(array->sync.action) || summary->waiting == MD_WAITING_REMOTE)
        return;
    for (size_t i = 0; i < array->member_count; i++)
        for (size_t j = 0; j < places[i].disk_count; j++) {
            const char *disk = places[i].disks[j];
            disks = arena_grow(arena, disks, count, &room, sizeof *disks);
            disks[count++] =
                disk[0] ? arena_strdup(arena, disk) : whole_disk(arena, array->members[i].device);
        }
    if (count)
        qsort(disks, count, sizeof *disks, by_text);
    waits->at = arena_grow(arena, waits->at, waits->count, &waits->room, sizeof *waits->at);
    waits->at[waits->count++] = (struct md_busy){
        .array = arena_strdup(arena, array->name),
        .action = array->sync.action,
        .delayed = summary->waiting == MD_WAITING_DELAYED,
        .disks = disks,
        .count = count,
    };
}

static bool share_a_disk(const struct md_busy *a, const struct md_busy *b)
{
    for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
        int order = strcmp(a->disks[i], b->disks[j]);
        if (order == 0)
            return true;
        if (order < 0)
            i++;
        else
            j++;
    }
    return false;
}

void md_waits_report(const struct md_waits *waits, struct batch *batch)
{
    for (size_t i = 0; i < waits->count; i++)
        for (size_t j = 0; waits->at[i].delayed && j < waits->count; j++)
            if (!waits->at[j].delayed && share_a_disk(&waits->at[i], &waits->at[j]))
                BATCH_SAMPLE(batch, &md_sync_held_up, 1, waits->at[i].array, waits->at[j].array,
                             md_action_name(waits->at[j].action));
}
