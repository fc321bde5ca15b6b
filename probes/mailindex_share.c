/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_share.h"

#include <string.h>

#include <xxhash.h>

static bool is_short_of(const char *name, const char *other)
{
    size_t length = strcspn(name, ".");
    bool either_is_short = !name[length] || !strchr(other, '.');
    return either_is_short && length == strcspn(other, ".") && strncmp(name, other, length) == 0;
}

bool mailindex_share_find(struct mailindex_share *share, const char *host)
{
    size_t found = 0;

    for (size_t i = 0; i < share->count; i++)
        if (strcmp(share->members[i], host) == 0) {
            share->self = i;
            return true;
        }
    for (size_t i = 0; i < share->count; i++)
        if (is_short_of(share->members[i], host)) {
            share->self = i;
            found++;
        }
    return found == 1;
}

uint64_t mailindex_share_all(const struct mailindex_share *share)
{
    return share->count < 64 ? (UINT64_C(1) << share->count) - 1 : UINT64_MAX;
}

size_t mailindex_share_owner(const struct mailindex_share *share, uint64_t members,
                             const char *path)
{
    size_t length = strlen(path), owner = share->count;
    uint64_t highest = 0;

    for (size_t i = 0; i < share->count; i++) {
        const char *name = share->members[i];
        if (!(members >> i & 1))
            continue;
        uint64_t hash = XXH64(path, length, XXH64(name, strlen(name), 0));
        if (owner == share->count || hash > highest) {
            owner = i;
            highest = hash;
        }
    }
    return owner;
}

void mailindex_meeting_start(struct mailindex_meeting *meeting, const struct mailindex_share *share)
{
    uint64_t names = share->count;

    for (size_t i = 0; i < share->count; i++)
        names = XXH64(share->members[i], strlen(share->members[i]), names);
    if (meeting->names != names)
        *meeting = (struct mailindex_meeting){.names = names, .alive = mailindex_share_all(share)};
}

void mailindex_meeting_judge(struct mailindex_meeting *meeting, const struct mailindex_share *share,
                             const int64_t *seen_ms, int64_t now_ms, int64_t takeover_ms)
{
    if (!meeting->since_ms || now_ms - meeting->met_ms > takeover_ms)
        meeting->since_ms = now_ms;
    meeting->met_ms = now_ms;
    meeting->alive = 0;
    for (size_t i = 0; i < share->count; i++) {
        int64_t seen = seen_ms[i] > meeting->since_ms ? seen_ms[i] : meeting->since_ms;
        if (i == share->self || now_ms - seen <= takeover_ms)
            meeting->alive |= UINT64_C(1) << i;
    }
}
