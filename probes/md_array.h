/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MD_ARRAY_H
#define PROBES_MD_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

/*
 * An md array as a reader found it: /proc/mdstat and sysfs fill the same struct, each as far as it
 * goes. Text that is not known is "", a number MD_UNKNOWN. Strings live in the reader's arena.
 */
enum { MD_MAX_ARRAYS = 512, MD_MAX_MEMBERS = 512, MD_MAX_SLOTS = 4096 };

#define MD_UNKNOWN ((int64_t)-1)

/* drivers/md/md.c, array_state; the last one is ours: more members are lost than the level bears.
 */
enum md_state {
    MD_STATE_UNKNOWN,
    MD_STATE_CLEAR,
    MD_STATE_INACTIVE,
    MD_STATE_SUSPENDED,
    MD_STATE_READONLY,
    MD_STATE_READ_AUTO,
    MD_STATE_CLEAN,
    MD_STATE_ACTIVE,
    MD_STATE_WRITE_PENDING,
    MD_STATE_ACTIVE_IDLE,
    MD_STATE_BROKEN,
    MD_STATE_FAILED,
    MD_STATES
};

enum md_action {
    MD_ACTION_UNKNOWN,
    MD_ACTION_IDLE,
    MD_ACTION_CHECK,
    MD_ACTION_REPAIR,
    MD_ACTION_RESYNC,
    MD_ACTION_RECOVER,
    MD_ACTION_RESHAPE,
    MD_ACTION_FROZEN,
    MD_ACTIONS
};

/* Why a sync that is due does not run. */
enum md_waiting {
    MD_WAITING_UNKNOWN,
    MD_WAITING_NO,
    MD_WAITING_DELAYED, /* another array uses the same disks */
    MD_WAITING_PENDING, /* nothing starts it: read-only until written to, or frozen */
    MD_WAITING_REMOTE,  /* another node of the cluster does it */
    MD_WAITINGS
};

/* What a member is to its array; flags come beside it. */
enum md_role {
    MD_ROLE_UNKNOWN, /* holds a slot; whether its data are whole is not known */
    MD_ROLE_IN_SYNC,
    MD_ROLE_REBUILDING,
    MD_ROLE_SPARE,
    MD_ROLE_FAULTY,
    MD_ROLE_JOURNAL,
    MD_ROLES
};

enum md_flag {
    MD_FLAG_JOURNAL = 1 << 0,
    MD_FLAG_WRITE_MOSTLY = 1 << 1,
    MD_FLAG_REPLACEMENT = 1 << 2,
    MD_FLAG_WRITE_ERROR = 1 << 3,
    MD_FLAG_WANT_REPLACEMENT = 1 << 4,
    MD_FLAG_BLOCKED = 1 << 5,
};

enum { MD_SLOT_NONE = -1, MD_SLOT_UNKNOWN = -2 };

struct md_range {
    uint64_t start, length; /* sectors of 512 bytes on the member's device */
};

struct md_ranges {
    bool known, cut; /* cut: md had more than it could show */
    struct md_range *at;
    size_t count;
};

struct md_member {
    const char *device; /* kernel name: sda1, dm-3 */
    int number;         /* in brackets in mdstat; not a slot. -1: not known */
    int slot;           /* md's raid_disk, or MD_SLOT_NONE, MD_SLOT_UNKNOWN */
    enum md_role role;
    unsigned flags;
    bool flags_known;       /* mdstat tells only some */
    bool gone;              /* its block device is no longer there */
    int64_t errors;         /* read errors that md corrected */
    int64_t offset;         /* where data begin, sectors */
    int64_t recovery_start; /* good up to here, sectors; INT64_MAX: all of it */
    int64_t suspended;      /* a dm device: whether it holds all requests back */
    struct md_ranges bad, bad_unacknowledged;
};

/* RAID10: how many copies, and where. */
struct md_raid10 {
    int near, far; /* copies; 0: not known */
    bool offset;
    int set_size; /* members among which far copies rotate; 0: all */
};

struct md_sync {
    enum md_action action;
    enum md_waiting waiting;
    int64_t done, total; /* sectors */
    int64_t speed;       /* bytes per second */
    int64_t speed_min, speed_max;
    int64_t permille;   /* as mdstat prints it */
    int64_t finish;     /* kernel's estimate, tenths of a minute */
    const char *last;   /* last_sync_action */
    const char *policy; /* consistency_policy */
};

struct md_bitmap {
    const char *location; /* "none", "+8", "file"; mdstat: "internal" or "file" */
    const char *file;
    int64_t pages, used_pages;
    int64_t chunk; /* bytes */
};

struct md_array {
    const char *name;
    bool in_sysfs, in_mdstat;
    enum md_state state;
    const char *level, *metadata, *uuid, *label; /* label: the name that mdadm gave it */
    int64_t size;                                /* bytes; of an inactive array MD_UNKNOWN */
    int64_t blocks;                              /* KiB as in mdstat */
    int64_t component, chunk;                    /* bytes */
    int64_t layout;                              /* sysfs: the kernel's number */
    int64_t layout_before;                       /* while a reshape changes it */
    int64_t wanted, wanted_before; /* raid_disks; before: while a reshape changes it */
    int64_t up;                    /* mdstat: [wanted/up] */
    int64_t degraded;
    const char *map; /* mdstat: "UU_", "" where there is none */
    struct md_raid10 raid10;
    int64_t resync_start; /* sectors; INT64_MAX: in sync */
    struct md_sync sync;
    struct md_bitmap bitmap;
    int64_t mismatches; /* sectors */
    int64_t reshape_position;
    int64_t stripe_cache_size, stripe_cache_active;
    int64_t suspend_lo, suspend_hi; /* sectors */
    int64_t reads, writes;          /* in flight */
    struct md_member *members;
    size_t member_count, member_room;
};

void md_array_init(struct md_array *array, const char *name);

/* Adds a member with nothing known but its name; NULL when there are MD_MAX_MEMBERS already. */
struct md_member *md_array_add(struct md_array *array, struct arena *arena, const char *device);

struct md_member *md_array_find(const struct md_array *array, const char *device);

/* The kernel's words; "unknown" for the zero of each. */
const char *md_state_name(enum md_state state);
const char *md_action_name(enum md_action action);
const char *md_waiting_name(enum md_waiting waiting);
const char *md_role_name(enum md_role role);

/* The zero of each where there is no such word. */
enum md_state md_state_find(const char *text, size_t length);
enum md_action md_action_find(const char *text, size_t length);

/* Whether length bytes can be the name of a block device or an array: printable, no space or '/'.
 */
bool md_name_valid(const char *text, size_t length);

#endif
