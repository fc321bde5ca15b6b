/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/md_summary.h"

static void fill_text(const char **into, const char *from)
{
    if (!(*into)[0])
        *into = from;
}

static void fill(int64_t *into, int64_t from)
{
    if (*into == MD_UNKNOWN)
        *into = from;
}

static void merge_sync(struct md_sync *into, const struct md_sync *mdstat)
{
    if (into->action == MD_ACTION_UNKNOWN)
        into->action = mdstat->action;
    if (into->waiting == MD_WAITING_UNKNOWN)
        into->waiting = mdstat->waiting;
    if (into->total == MD_UNKNOWN) {
        into->done = mdstat->done;
        into->total = mdstat->total;
    }
    fill(&into->speed, mdstat->speed);
    into->permille = mdstat->permille;
    into->finish = mdstat->finish;
}

static void merge_bitmap(struct md_bitmap *into, const struct md_bitmap *mdstat)
{
    fill_text(&into->location, mdstat->location);
    fill_text(&into->file, mdstat->file);
    fill(&into->chunk, mdstat->chunk);
    into->pages = mdstat->pages;
    into->used_pages = mdstat->used_pages;
}

/* The number of members, and how much of each, is sysfs' to tell. */
static void merge_members(struct md_array *into, const struct md_array *mdstat)
{
    if (into->member_count == 0) {
        into->members = mdstat->members;
        into->member_count = mdstat->member_count;
        return;
    }
    for (size_t i = 0; i < into->member_count; i++) {
        struct md_member *member = &into->members[i];
        const struct md_member *other = md_array_find(mdstat, member->device);
        if (!other)
            continue;
        member->number = other->number;
        if (member->role == MD_ROLE_UNKNOWN)
            member->role = other->role;
        if (!member->flags_known)
            member->flags |= other->flags;
        if (member->slot == MD_SLOT_UNKNOWN)
            member->slot = other->slot;
    }
}

void md_merge(struct md_array *into, const struct md_array *mdstat)
{
    into->in_mdstat = true;
    if (into->state == MD_STATE_UNKNOWN)
        into->state = mdstat->state;
    fill_text(&into->level, mdstat->level);
    fill_text(&into->metadata, mdstat->metadata);
    fill(&into->size, mdstat->size);
    fill(&into->chunk, mdstat->chunk);
    fill(&into->layout, mdstat->layout);
    fill(&into->wanted, mdstat->wanted);
    fill(&into->degraded, mdstat->degraded);
    into->up = mdstat->up;
    into->map = mdstat->map;
    if (into->raid10.near == 0)
        into->raid10 = mdstat->raid10;
    merge_sync(&into->sync, &mdstat->sync);
    merge_bitmap(&into->bitmap, &mdstat->bitmap);
    merge_members(into, mdstat);
}
