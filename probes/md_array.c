/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/md_array.h"

#include <string.h>

enum { NAME_LIMIT = 64 }; /* the kernel's DISK_NAME_LEN is 32 */

static const char *const state_names[MD_STATES] = {
    [MD_STATE_UNKNOWN] = "unknown",
    [MD_STATE_CLEAR] = "clear",
    [MD_STATE_INACTIVE] = "inactive",
    [MD_STATE_SUSPENDED] = "suspended",
    [MD_STATE_READONLY] = "readonly",
    [MD_STATE_READ_AUTO] = "read-auto",
    [MD_STATE_CLEAN] = "clean",
    [MD_STATE_ACTIVE] = "active",
    [MD_STATE_WRITE_PENDING] = "write-pending",
    [MD_STATE_ACTIVE_IDLE] = "active-idle",
    [MD_STATE_BROKEN] = "broken",
    [MD_STATE_FAILED] = "failed",
};

static const char *const action_names[MD_ACTIONS] = {
    [MD_ACTION_UNKNOWN] = "unknown", [MD_ACTION_IDLE] = "idle",     [MD_ACTION_CHECK] = "check",
    [MD_ACTION_REPAIR] = "repair",   [MD_ACTION_RESYNC] = "resync", [MD_ACTION_RECOVER] = "recover",
    [MD_ACTION_RESHAPE] = "reshape", [MD_ACTION_FROZEN] = "frozen",
};

static const char *const waiting_names[MD_WAITINGS] = {
    [MD_WAITING_UNKNOWN] = "unknown", [MD_WAITING_NO] = "no",
    [MD_WAITING_DELAYED] = "delayed", [MD_WAITING_PENDING] = "pending",
    [MD_WAITING_REMOTE] = "remote",
};

static const char *const role_names[MD_ROLES] = {
    [MD_ROLE_UNKNOWN] = "unknown",       [MD_ROLE_IN_SYNC] = "in_sync",
    [MD_ROLE_REBUILDING] = "rebuilding", [MD_ROLE_SPARE] = "spare",
    [MD_ROLE_FAULTY] = "faulty",         [MD_ROLE_JOURNAL] = "journal",
};

void md_array_init(struct md_array *array, const char *name)
{
    *array = (struct md_array){
        .name = name,
        .level = "",
        .metadata = "",
        .uuid = "",
        .label = "",
        .size = MD_UNKNOWN,
        .blocks = MD_UNKNOWN,
        .component = MD_UNKNOWN,
        .chunk = MD_UNKNOWN,
        .layout = MD_UNKNOWN,
        .layout_before = MD_UNKNOWN,
        .wanted = MD_UNKNOWN,
        .wanted_before = MD_UNKNOWN,
        .up = MD_UNKNOWN,
        .degraded = MD_UNKNOWN,
        .map = "",
        .resync_start = MD_UNKNOWN,
        .sync = {.done = MD_UNKNOWN,
                 .total = MD_UNKNOWN,
                 .speed = MD_UNKNOWN,
                 .speed_min = MD_UNKNOWN,
                 .speed_max = MD_UNKNOWN,
                 .permille = MD_UNKNOWN,
                 .finish = MD_UNKNOWN,
                 .last = "",
                 .policy = ""},
        .bitmap = {.location = "",
                   .file = "",
                   .pages = MD_UNKNOWN,
                   .used_pages = MD_UNKNOWN,
                   .chunk = MD_UNKNOWN},
        .mismatches = MD_UNKNOWN,
        .reshape_position = MD_UNKNOWN,
        .stripe_cache_size = MD_UNKNOWN,
        .stripe_cache_active = MD_UNKNOWN,
        .suspend_lo = MD_UNKNOWN,
        .suspend_hi = MD_UNKNOWN,
        .reads = MD_UNKNOWN,
        .writes = MD_UNKNOWN,
    };
}

struct md_member *md_array_add(struct md_array *array, struct arena *arena, const char *device)
{
    if (array->member_count >= MD_MAX_MEMBERS)
        return NULL;
    array->members = arena_grow(arena, array->members, array->member_count, &array->member_room,
                                sizeof *array->members);
    struct md_member *member = &array->members[array->member_count++];
    *member = (struct md_member){
        .device = device,
        .number = -1,
        .slot = MD_SLOT_UNKNOWN,
        .errors = MD_UNKNOWN,
        .offset = MD_UNKNOWN,
        .recovery_start = MD_UNKNOWN,
        .suspended = MD_UNKNOWN,
    };
    return member;
}

struct md_member *md_array_find(const struct md_array *array, const char *device)
{
    for (size_t i = 0; i < array->member_count; i++)
        if (strcmp(array->members[i].device, device) == 0)
            return &array->members[i];
    return NULL;
}

static const char *name_of(const char *const *names, size_t count, unsigned value)
{
    return names[value < count ? value : 0];
}

const char *md_state_name(enum md_state state)
{
    return name_of(state_names, MD_STATES, state);
}

const char *md_action_name(enum md_action action)
{
    return name_of(action_names, MD_ACTIONS, action);
}

const char *md_waiting_name(enum md_waiting waiting)
{
    return name_of(waiting_names, MD_WAITINGS, waiting);
}

const char *md_role_name(enum md_role role)
{
    return name_of(role_names, MD_ROLES, role);
}

static unsigned find(const char *const *names, unsigned count, const char *text, size_t length)
{
    for (unsigned i = 1; i < count; i++)
        if (strlen(names[i]) == length && memcmp(names[i], text, length) == 0)
            return i;
    return 0;
}

enum md_state md_state_find(const char *text, size_t length)
{
    enum md_state state = find(state_names, MD_STATES, text, length);
    return state == MD_STATE_FAILED ? MD_STATE_UNKNOWN : state;
}

enum md_action md_action_find(const char *text, size_t length)
{
    return find(action_names, MD_ACTIONS, text, length);
}

bool md_name_valid(const char *text, size_t length)
{
    if (length == 0 || length > NAME_LIMIT)
        return false;
    for (size_t i = 0; i < length; i++)
        if (text[i] <= ' ' || text[i] >= 0x7f || text[i] == '/')
            return false;
    return true;
}
