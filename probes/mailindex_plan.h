/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_PLAN_H
#define PROBES_MAILINDEX_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "probes/mailindex_share.h"

/*
 * When which mailbox of a store is looked at, without keeping anything of each: a sweep goes over
 * all of them; what changed since the last sweep is looked at at once, and of the rest those whose
 * slot (a hash of the name) is due. Each slot comes once a round. What was found damaged is kept,
 * up to a bound, until a later look finds it sound. Pure; times are of the wall clock.
 */
enum {
    MAILINDEX_SLOTS = 256,
    MAILINDEX_SLOTS_A_SWEEP = 16, /* so that no more is lost when a sweep is broken off */
    MAILINDEX_BAD_MAX = 1000,
};

/* Names of kinds of damage, a bit each. */
extern const char *const mailindex_kinds[];
enum { MAILINDEX_KINDS = 12 };
unsigned mailindex_kind_bit(const char *kind);

/* A mailbox that is not sound. */
struct mailindex_bad {
    uint64_t key;
    int verdict;    /* enum mailindex_judgement */
    unsigned kinds; /* of damage */
    bool seen;      /* in this sweep */
    int64_t offset;
    const char *mailbox, *file, *message; /* of its first finding, or why it cannot be read */
};

struct mailindex_plan {
    int64_t begun_ms;               /* when the first sweep began; 0: never */
    int64_t swept_ms;               /* when the last whole sweep began; 0: never */
    int64_t slots[MAILINDEX_SLOTS]; /* when each was last looked at as a whole; 0: never */
    uint64_t total;                 /* mailboxes, by the last whole sweep */
    uint64_t rebuilds;              /* counted since the plan began */
    int64_t kept_ms;                /* when the baseline was last brought up to date; 0: never */
    uint64_t restored;              /* mailboxes of an earlier time, likewise */
    struct mailindex_bad *bad;
    size_t bad_count, bad_room;
    uint64_t bad_beyond; /* that had no room, in the last whole sweep */
    /* By slot, how many hold what is not verified, and the file of one of them. */
    uint32_t unverified[MAILINDEX_SLOTS];
    char *unverified_file;
    struct mailindex_meeting meeting; /* of the hosts that share the store */

    /* Of the sweep under way: */
    int64_t sweep_ms; /* 0: none */
    bool due[MAILINDEX_SLOTS];
    uint64_t seen, unlooked, beyond;
    uint64_t walked; /* mailboxes that the walk gave, to go on after them */
};

void mailindex_plan_free(struct mailindex_plan *plan);

/* FNV-1a of store and mailbox. */
uint64_t mailindex_plan_key(const char *store, const char *mailbox);

/* Starts a sweep; round_ms: in which each mailbox is to be looked at. */
void mailindex_plan_begin(struct mailindex_plan *plan, int64_t now_ms, int64_t round_ms);

/* Whether this mailbox is to be looked at in this sweep; changed_ms: its newest change. */
bool mailindex_plan_wants(struct mailindex_plan *plan, uint64_t key, int64_t changed_ms);

/* Whether its slot is due in this sweep, whatever has changed. */
bool mailindex_plan_has_turn(const struct mailindex_plan *plan, uint64_t key);

/* What came of a look. bad is copied; NULL: it is sound. */
void mailindex_plan_judged(struct mailindex_plan *plan, uint64_t key,
                           const struct mailindex_bad *bad);

/* A look found nothing, but in that file what is not known here; it is sound as far as that goes.
 */
void mailindex_plan_unverified(struct mailindex_plan *plan, uint64_t key, const char *file);
void mailindex_plan_end(struct mailindex_plan *plan);

/* Whether slots are due, so that another sweep is worth while. */
bool mailindex_plan_is_due(const struct mailindex_plan *plan, int64_t now_ms, int64_t round_ms);

/* Since when the slot that waits longest has not been looked at, in seconds. */
double mailindex_plan_oldest(const struct mailindex_plan *plan, int64_t now_ms);

/* How many mailboxes were never looked at, by the sweeps so far. */
uint64_t mailindex_plan_unseen(const struct mailindex_plan *plan);

/* The state as text for a file (free it), and back; -EBADMSG. */
char *mailindex_plan_render(const struct mailindex_plan *plan);
int mailindex_plan_parse(struct mailindex_plan *plan, const char *text, size_t length,
                         struct error *e);

#endif
