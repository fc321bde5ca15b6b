/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/nfslock_memory.h"

/* A name that is no UTF-8 cannot be kept: json_pack() gives NULL, and nothing is appended. */
json_t *nfslock_memory_render(const struct nfslock_memory *memory)
{
    json_t *mounts = json_array(), *waiters = json_array();

    for (size_t i = 0; i < memory->mount_count; i++) {
        const struct nfs_seen *seen = &memory->mounts[i];
        json_array_append_new(mounts, json_pack("{ss sI sI sI sI}", "mountpoint", seen->mountpoint,
                                                "sent", (json_int_t)seen->sent, "received",
                                                (json_int_t)seen->received, "sent_at_reply",
                                                (json_int_t)seen->sent_at_reply, "since_ns",
                                                (json_int_t)seen->since_ns));
    }
    for (size_t i = 0; i < memory->locks.count; i++) {
        const struct nfs_waiter *waiter = &memory->locks.waiters[i];
        json_array_append_new(waiters, json_pack("{ss sI}", "who", waiter->who, "since_ns",
                                                 (json_int_t)waiter->since_ns));
    }
    return json_pack("{so so}", "mounts", mounts, "waiters", waiters);
}

static int64_t number_of(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

void nfslock_memory_parse(const json_t *from, struct nfslock_memory *memory)
{
    const json_t *mounts = json_object_get(from, "mounts");
    const json_t *waiters = json_object_get(from, "waiters");

    memory->mounts = ARENA_ARRAY(memory->arena, struct nfs_seen, json_array_size(mounts));
    for (size_t i = 0; i < json_array_size(mounts); i++) {
        const json_t *mount = json_array_get(mounts, i);
        const char *mountpoint = json_string_value(json_object_get(mount, "mountpoint"));
        if (mountpoint)
            memory->mounts[memory->mount_count++] =
                (struct nfs_seen){.mountpoint = arena_strdup(memory->arena, mountpoint),
                                  .sent = (uint64_t)number_of(mount, "sent"),
                                  .received = (uint64_t)number_of(mount, "received"),
                                  .sent_at_reply = (uint64_t)number_of(mount, "sent_at_reply"),
                                  .since_ns = number_of(mount, "since_ns")};
    }
    memory->locks.waiters = ARENA_ARRAY(memory->arena, struct nfs_waiter, json_array_size(waiters));
    for (size_t i = 0; i < json_array_size(waiters); i++) {
        const json_t *waiter = json_array_get(waiters, i);
        const char *who = json_string_value(json_object_get(waiter, "who"));
        if (who)
            memory->locks.waiters[memory->locks.count++] = (struct nfs_waiter){
                .who = arena_strdup(memory->arena, who), .since_ns = number_of(waiter, "since_ns")};
    }
}
