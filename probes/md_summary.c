/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/md_summary.h"

#include <string.h>

#include "probes/md_badblocks.h"

static const char *const count_names[MD_COUNTS] = {
    [MD_COUNT_IN_SYNC] = "in_sync",
    [MD_COUNT_REBUILDING] = "rebuilding",
    [MD_COUNT_SPARE] = "spare",
    [MD_COUNT_FAULTY] = "faulty",
    [MD_COUNT_MISSING] = "missing",
    [MD_COUNT_JOURNAL] = "journal",
    [MD_COUNT_REPLACEMENT] = "replacement",
    [MD_COUNT_WRITE_MOSTLY] = "write_mostly",
};

const char *md_count_name(enum md_count count)
{
    return count_names[count];
}

static bool in_slot(const struct md_member *member, enum md_role role)
{
    return member->role == role && !(member->flags & MD_FLAG_REPLACEMENT);
}

static int64_t count_role(const struct md_array *array, enum md_role role)
{
    int64_t count = 0;
    for (size_t i = 0; i < array->member_count; i++)
        count += array->members[i].role == role;
    return count;
}

static int64_t count_flag(const struct md_array *array, unsigned flag)
{
    int64_t count = 0;
    for (size_t i = 0; i < array->member_count; i++)
        count += (array->members[i].flags & flag) != 0;
    return count;
}

static int64_t count_in_slots(const struct md_array *array, enum md_role role)
{
    int64_t count = 0;
    for (size_t i = 0; i < array->member_count; i++)
        count += in_slot(&array->members[i], role);
    return count;
}

/*
 * Members wanted. mdstat does not tell it of a level without redundancy; but that does not run
 * unless all are there.
 */
static int wanted(const struct md_array *array, const struct md_summary *s)
{
    if (array->wanted != MD_UNKNOWN)
        return (int)array->wanted;
    if (s->level->safety == MD_SAFETY_NONE && s->running && array->state != MD_STATE_BROKEN)
        return (int)count_in_slots(array, MD_ROLE_IN_SYNC);
    return 0;
}

static void count(const struct md_array *array, struct md_summary *s)
{
    int64_t *counts = s->counts;
    int64_t unknown = count_role(array, MD_ROLE_UNKNOWN);

    counts[MD_COUNT_IN_SYNC] = count_in_slots(array, MD_ROLE_IN_SYNC);
    counts[MD_COUNT_REBUILDING] = count_role(array, MD_ROLE_REBUILDING);
    counts[MD_COUNT_SPARE] = count_role(array, MD_ROLE_SPARE);
    counts[MD_COUNT_FAULTY] = count_role(array, MD_ROLE_FAULTY);
    counts[MD_COUNT_JOURNAL] = count_flag(array, MD_FLAG_JOURNAL);
    counts[MD_COUNT_WRITE_MOSTLY] = count_flag(array, MD_FLAG_WRITE_MOSTLY);
    counts[MD_COUNT_REPLACEMENT] = count_flag(array, MD_FLAG_REPLACEMENT);
    if (array->up != MD_UNKNOWN && (unknown || !array->in_sysfs)) {
        int64_t open = unknown + counts[MD_COUNT_IN_SYNC];
        if (unknown && open > array->up)
            counts[MD_COUNT_REBUILDING] += open - array->up;
        counts[MD_COUNT_IN_SYNC] = array->up;
    }
    counts[MD_COUNT_MISSING] = MD_UNKNOWN;
    if (s->wanted > 0 && counts[MD_COUNT_IN_SYNC] <= s->wanted)
        counts[MD_COUNT_MISSING] = s->wanted - counts[MD_COUNT_IN_SYNC];
}

/* Whether sysfs told the slot of every member that holds data. */
static bool have_slots(const struct md_array *array)
{
    for (size_t i = 0; i < array->member_count; i++) {
        const struct md_member *member = &array->members[i];
        if (member->role == MD_ROLE_UNKNOWN ||
            (in_slot(member, MD_ROLE_IN_SYNC) && member->slot < 0))
            return false;
    }
    return array->in_sysfs && array->member_count > 0;
}

/* Slots by what sysfs says of each member; room for those of an array that shrinks too. */
static void slots_of_members(const struct md_array *array, bool *whole, bool *held)
{
    for (size_t i = 0; i < array->member_count; i++) {
        const struct md_member *member = &array->members[i];
        if (member->slot < 0 || member->slot >= MD_MAX_SLOTS)
            continue;
        if (in_slot(member, MD_ROLE_IN_SYNC))
            whole[member->slot] = whole[member->slot] || !member->gone;
        if (in_slot(member, MD_ROLE_IN_SYNC) || member->role == MD_ROLE_REBUILDING)
            held[member->slot] = true;
    }
}

/* Slots by mdstat's map. Those that are being rebuilt cannot be told from empty ones. */
static void slots_of_map(const struct md_array *array, bool *whole, bool *held)
{
    for (size_t i = 0; i < strlen(array->map) && i < MD_MAX_SLOTS; i++)
        whole[i] = held[i] = array->map[i] == 'U';
}

static void find_slots(struct arena *arena, const struct md_array *array, struct md_summary *s)
{
    bool *whole = ARENA_ARRAY(arena, bool, MD_MAX_SLOTS);
    bool *held = ARENA_ARRAY(arena, bool, MD_MAX_SLOTS);

    if (s->wanted < 1 || !s->running)
        return;
    if (have_slots(array)) {
        slots_of_members(array, whole, held);
        s->slots_known = true;
    } else if (array->map[0] && (int)strlen(array->map) == s->wanted) {
        slots_of_map(array, whole, held);
        s->slots_known = s->counts[MD_COUNT_REBUILDING] == 0;
    } else {
        return;
    }
    s->whole = whole;
    s->held = held;
}

/* The slot that the one failed member must have had. */
static void find_failed_slot(const struct md_array *array, struct md_summary *s)
{
    int lacking = 0, slot = MD_SLOT_UNKNOWN, failed = 0;

    s->failed_slot = MD_SLOT_UNKNOWN;
    for (size_t i = 0; i < array->member_count; i++)
        failed += array->members[i].role == MD_ROLE_FAULTY &&
                  !(array->members[i].flags & MD_FLAG_JOURNAL);
    for (int i = 0; s->whole && i < s->wanted; i++)
        if (!s->whole[i]) {
            lacking++;
            slot = i;
        }
    if (failed == 1 && lacking == 1)
        s->failed_slot = slot;
}

static int64_t count_gone(const struct md_array *array)
{
    int64_t gone = 0;
    for (size_t i = 0; i < array->member_count; i++)
        gone += array->members[i].gone && in_slot(&array->members[i], MD_ROLE_IN_SYNC);
    return gone;
}

static int lesser(int a, int b)
{
    return a < b ? a : b;
}

/*
 * During a reshape members that are not in sync can be whole as far as it has come; md's own count
 * of what is degraded (calc_degraded() of drivers/md/raid5.c and raid10.c) knows, and only that.
 */
static bool is_reshaping(const struct md_array *array)
{
    return array->degraded != MD_UNKNOWN &&
           (array->sync.action == MD_ACTION_RESHAPE || array->reshape_position != MD_UNKNOWN);
}

/* What was there before a reshape must be safe as well as what comes. */
static int raid10_redundancy(const struct md_array *array, const struct md_summary *s, int missing)
{
    const bool *whole = is_reshaping(array) && array->degraded == 0 ? NULL : s->whole;
    int found = md_redundancy(s->level, &array->raid10, s->wanted, whole, missing);
    int disks = (int)(array->wanted_before > 0 ? array->wanted_before : s->wanted);
    int64_t layout = array->layout_before >= 0 ? array->layout_before : array->layout;
    struct md_raid10 raid10;

    if ((array->wanted_before <= 0 && array->layout_before < 0) ||
        md_raid10_decode(layout, disks, &raid10) < 0)
        return found;
    return lesser(found, md_redundancy(s->level, &raid10, disks, whole, missing));
}

/* By members where they are known, and by md's own count, which may say worse. */
static int counted_redundancy(const struct md_array *array, const struct md_summary *s, int missing)
{
    int found = md_redundancy(s->level, NULL, s->wanted, NULL, missing);
    if (!s->whole || is_reshaping(array))
        return found;
    return lesser(found, md_redundancy(s->level, NULL, s->wanted, s->whole, 0));
}

static int64_t count_missing(const struct md_array *array, const struct md_summary *s)
{
    int64_t missing = s->counts[MD_COUNT_MISSING] < 0 ? 0 : s->counts[MD_COUNT_MISSING];
    bool told = array->degraded != MD_UNKNOWN && array->degraded <= s->wanted;
    if (told && (is_reshaping(array) || array->degraded > missing))
        missing = array->degraded;
    return missing + count_gone(array);
}

static int redundancy(const struct md_array *array, const struct md_summary *s)
{
    int found, missing = (int)count_missing(array, s);

    if (!s->running || s->level->safety == MD_SAFETY_UNKNOWN)
        return MD_REDUNDANCY_UNKNOWN;
    if (s->level->safety == MD_SAFETY_NONE && array->state == MD_STATE_BROKEN)
        return MD_REDUNDANCY_LOST;
    if (s->level->safety == MD_SAFETY_RAID10)
        found = raid10_redundancy(array, s, missing);
    else
        found = counted_redundancy(array, s, missing);
    /* What was on its way when the log failed may have left parity wrong. */
    if (s->journal_failed && found > 0)
        found = 0;
    return found;
}

static void find_journal(const struct md_array *array, struct md_summary *s)
{
    bool policy = strcmp(array->sync.policy, "journal") == 0, works = false;

    s->journaled = policy || s->counts[MD_COUNT_JOURNAL] > 0;
    for (size_t i = 0; i < array->member_count; i++)
        works = works || (array->members[i].role == MD_ROLE_JOURNAL && !array->members[i].gone);
    s->journal_failed = s->journaled && s->running && !works;
}

/* A sync that is due, does not run and waits for nobody: md prints PENDING by the same facts. */
static enum md_waiting waiting(const struct md_array *array, const struct md_summary *s)
{
    bool rests = array->sync.action == MD_ACTION_IDLE || array->sync.action == MD_ACTION_FROZEN;
    bool due = array->resync_start != MD_UNKNOWN && array->resync_start != INT64_MAX;

    if (!s->running)
        return MD_WAITING_NO;
    if (array->sync.waiting == MD_WAITING_NO && rests && due && s->level->safety != MD_SAFETY_NONE)
        return MD_WAITING_PENDING;
    return array->sync.waiting;
}

void md_summarize(struct arena *arena, const struct md_array *array, struct md_summary *s)
{
    *s = (struct md_summary){.level = md_level_find(array->level), .state = array->state};
    s->running = array->state != MD_STATE_INACTIVE && array->state != MD_STATE_CLEAR;
    s->wanted = wanted(array, s);
    count(array, s);
    find_journal(array, s);
    find_slots(arena, array, s);
    find_failed_slot(array, s);
    s->redundancy = redundancy(array, s);
    if (s->redundancy == MD_REDUNDANCY_LOST &&
        !(array->state == MD_STATE_BROKEN && s->counts[MD_COUNT_MISSING] <= 0 &&
          count_gone(array) == 0))
        s->state = MD_STATE_FAILED;
    s->waiting = waiting(array, s);
    s->lost_sectors =
        array->in_sysfs && s->running ? md_lost_sectors(arena, array, s->level) : MD_UNKNOWN;
}
