/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

enum { MARGIN_MS = 5000 }; /* clocks of servers differ, and times are rounded */

const char *const mailindex_kinds[] = {"index",    "log",  "cache", "agreement", "uidlist",
                                       "maildir",  "dbox", "map",   "list",      "mail",
                                       "database", "rot",  NULL};

unsigned mailindex_kind_bit(const char *kind)
{
    for (unsigned i = 0; mailindex_kinds[i]; i++)
        if (strcmp(mailindex_kinds[i], kind) == 0)
            return 1U << i;
    return 0;
}

static void drop(struct mailindex_plan *plan, size_t i)
{
    const struct mailindex_bad *bad = &plan->bad[i];
    free((void *)(uintptr_t)bad->mailbox);
    free((void *)(uintptr_t)bad->file);
    free((void *)(uintptr_t)bad->message);
    plan->bad[i] = plan->bad[--plan->bad_count];
}

void mailindex_plan_free(struct mailindex_plan *plan)
{
    while (plan->bad_count)
        drop(plan, plan->bad_count - 1);
    free(plan->bad);
    free(plan->unverified_file);
    *plan = (struct mailindex_plan){0};
}

uint64_t mailindex_plan_key(const char *store, const char *mailbox)
{
    return XXH64(mailbox, strlen(mailbox), XXH64(store, strlen(store), 0));
}

static size_t slot_of(uint64_t key)
{
    return (size_t)(key >> 32 ^ key) % MAILINDEX_SLOTS;
}

/*
 * From the middle of the round on, each slot at its own time, so that what was once looked at
 * together spreads over the next round.
 */
static bool is_due(const struct mailindex_plan *plan, size_t slot, int64_t now_ms, int64_t round_ms)
{
    int64_t wait = round_ms / 2 + round_ms / 2 / MAILINDEX_SLOTS * (int64_t)slot;
    return !plan->slots[slot] || now_ms - plan->slots[slot] >= wait;
}

bool mailindex_plan_is_due(const struct mailindex_plan *plan, int64_t now_ms, int64_t round_ms)
{
    for (size_t i = 0; i < MAILINDEX_SLOTS; i++)
        if (is_due(plan, i, now_ms, round_ms))
            return true;
    return false;
}

/* The one that waits longest of those that are due and not yet taken; MAILINDEX_SLOTS: none. */
static size_t longest(const struct mailindex_plan *plan, int64_t now_ms, int64_t round_ms)
{
    size_t found = MAILINDEX_SLOTS;
    for (size_t i = 0; i < MAILINDEX_SLOTS; i++)
        if (!plan->due[i] && is_due(plan, i, now_ms, round_ms) &&
            (found == MAILINDEX_SLOTS || plan->slots[i] < plan->slots[found]))
            found = i;
    return found;
}

void mailindex_plan_begin(struct mailindex_plan *plan, int64_t now_ms, int64_t round_ms)
{
    if (!plan->begun_ms)
        plan->begun_ms = now_ms;
    plan->sweep_ms = now_ms;
    plan->meeting.sweep = plan->meeting.alive;
    plan->seen = plan->unlooked = plan->beyond = plan->walked = 0;
    memset(plan->due, 0, sizeof plan->due);
    for (int i = 0; i < MAILINDEX_SLOTS_A_SWEEP; i++) {
        size_t slot = longest(plan, now_ms, round_ms);
        if (slot == MAILINDEX_SLOTS)
            break;
        plan->due[slot] = true;
        plan->unverified[slot] = 0; /* counted anew as it is gone over */
    }
    for (size_t i = 0; i < plan->bad_count; i++)
        plan->bad[i].seen = false;
}

static struct mailindex_bad *find_bad(struct mailindex_plan *plan, uint64_t key)
{
    for (size_t i = 0; i < plan->bad_count; i++)
        if (plan->bad[i].key == key)
            return &plan->bad[i];
    return NULL;
}

bool mailindex_plan_wants(struct mailindex_plan *plan, uint64_t key, int64_t changed_ms)
{
    struct mailindex_bad *bad = find_bad(plan, key);
    bool changed = plan->swept_ms && changed_ms >= plan->swept_ms - MARGIN_MS;

    plan->seen++;
    if (bad)
        bad->seen = true;
    if (bad || changed || plan->due[slot_of(key)])
        return true;
    plan->unlooked += plan->slots[slot_of(key)] == 0;
    return false;
}

bool mailindex_plan_has_turn(const struct mailindex_plan *plan, uint64_t key)
{
    return plan->due[slot_of(key)];
}

static char *copy(const char *text)
{
    char *copied = strdup(text ? text : "");
    if (!copied)
        abort();
    return copied;
}

void mailindex_plan_judged(struct mailindex_plan *plan, uint64_t key,
                           const struct mailindex_bad *bad)
{
    struct mailindex_bad *known = find_bad(plan, key);

    if (known)
        drop(plan, (size_t)(known - plan->bad));
    if (!bad)
        return;
    if (plan->bad_count == MAILINDEX_BAD_MAX) {
        plan->beyond++;
        return;
    }
    if (plan->bad_count == plan->bad_room) {
        plan->bad_room = plan->bad_room ? 2 * plan->bad_room : 16;
        plan->bad = realloc(plan->bad, plan->bad_room * sizeof *plan->bad);
        if (!plan->bad)
            abort();
    }
    struct mailindex_bad *added = &plan->bad[plan->bad_count++];
    *added = *bad;
    added->key = key;
    added->seen = true;
    added->mailbox = copy(bad->mailbox);
    added->file = copy(bad->file);
    added->message = copy(bad->message);
}

/* Those that are looked at out of turn were counted, or will be when their slot is due. */
void mailindex_plan_unverified(struct mailindex_plan *plan, uint64_t key, const char *file)
{
    mailindex_plan_judged(plan, key, NULL);
    plan->unverified[slot_of(key)] += plan->due[slot_of(key)];
    free(plan->unverified_file);
    plan->unverified_file = copy(file);
}

void mailindex_plan_end(struct mailindex_plan *plan)
{
    for (size_t i = 0; i < MAILINDEX_SLOTS; i++)
        if (plan->due[i])
            plan->slots[i] = plan->sweep_ms;
    for (size_t i = plan->bad_count; i > 0; i--)
        if (!plan->bad[i - 1].seen)
            drop(plan, i - 1); /* the mailbox is no more */
    plan->swept_ms = plan->sweep_ms;
    plan->meeting.before = plan->meeting.sweep;
    plan->meeting.sweep = 0;
    plan->total = plan->seen;
    plan->bad_beyond = plan->beyond;
    plan->sweep_ms = 0;
}

double mailindex_plan_oldest(const struct mailindex_plan *plan, int64_t now_ms)
{
    int64_t oldest = now_ms;
    for (size_t i = 0; i < MAILINDEX_SLOTS; i++) {
        int64_t looked = plan->slots[i] ? plan->slots[i] : plan->begun_ms;
        if (looked && looked < oldest)
            oldest = looked;
    }
    return (double)(now_ms - oldest) / 1000;
}

uint64_t mailindex_plan_unseen(const struct mailindex_plan *plan)
{
    size_t never = 0;
    for (size_t i = 0; i < MAILINDEX_SLOTS; i++)
        never += plan->slots[i] == 0;
    uint64_t total = plan->total > plan->seen ? plan->total : plan->seen;
    return total * never / MAILINDEX_SLOTS;
}
