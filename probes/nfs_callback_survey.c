/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/nfs_callback_survey.h"

#include <string.h>

static size_t add(struct arena *arena, struct nfslock_survey *survey,
                  const struct sockaddr_storage *at, const struct sockaddr_storage *from,
                  bool is_server)
{
    const char *text = nfslock_print_address(at, arena);

    for (size_t i = 0; i < survey->count; i++)
        if (survey->is_server[i] == is_server && strcmp(survey->addresses[i].text, text) == 0)
            return i;
    if (survey->count >= NFSLOCK_MAX_ADDRESSES) {
        survey->left_out++;
        return NFSLOCK_NOWHERE;
    }
    struct nfslock_address *address = &survey->addresses[survey->count];
    *address = (struct nfslock_address){.text = text, .at = *at};
    if (from)
        address->from = *from;
    nfslock_prepare(address);
    survey->is_server[survey->count] = is_server;
    return survey->count++;
}

/* Both ends of the mount's callback path. */
static void add_mount(struct arena *arena, const struct nfs_mount *mount, uint16_t port,
                      struct nfslock_survey *survey)
{
    struct sockaddr_storage server, local;
    struct nfslock_mount *found = &survey->mounts[survey->mount_count++];

    *found = (struct nfslock_mount){mount, NFSLOCK_NOWHERE, NFSLOCK_NOWHERE};
    if (!nfslock_read_address(mount->address, port, &server))
        return;
    bool has_local = nfslock_local_address(&server, &local);
    found->server = add(arena, survey, &server, has_local ? &local : NULL, true);
    if (!has_local)
        return;
    const char *text = nfslock_print_address(&local, arena);
    if (nfslock_read_address(text, port, &local)) /* the same with rpcbind's port */
        found->self = add(arena, survey, &local, NULL, false);
}

void nfslock_survey(struct arena *arena, const struct nfs_mounts *mounts, uint16_t port,
                    struct nfslock_survey *survey)
{
    *survey = (struct nfslock_survey){
        .addresses = ARENA_ARRAY(arena, struct nfslock_address, NFSLOCK_MAX_ADDRESSES),
        .is_server = ARENA_ARRAY(arena, bool, NFSLOCK_MAX_ADDRESSES),
        .mounts = ARENA_ARRAY(arena, struct nfslock_mount, mounts->count + 1),
    };
    for (size_t i = 0; i < mounts->count; i++)
        if (mounts->at[i].needs_nlm)
            add_mount(arena, &mounts->at[i], port, survey);
}

enum nfslock_verdict nfslock_mount_verdict(const struct nfslock_survey *survey,
                                           const struct nfslock_mount *mount)
{
    if (mount->self == NFSLOCK_NOWHERE)
        return NFSLOCK_UNKNOWN;
    return nfslock_judge(&survey->addresses[mount->self]);
}
