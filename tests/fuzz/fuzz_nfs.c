/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "probes/nfs_connection.h"
#include "probes/nfs_locks.h"
#include "probes/nfs_mountstats.h"
#include "probes/nfs_route.h"
#include "tests/fuzz/fuzz.h"

static void mountstats(struct arena *arena, const char *text, size_t size)
{
    struct nfs_mountstats m;
    nfs_mountstats_parse(arena, text, size, &m);
    if (m.count > NFS_MOUNTSTATS_MAX)
        abort();
    for (size_t i = 0; i < m.count; i++)
        if (m.at[i].transport_count > NFS_MAX_TRANSPORTS ||
            !nfs_mountstats_find(&m, m.at[i].mountpoint))
            abort();
    for (size_t i = 0; i < m.problem_count && i < NFS_MAX_PROBLEMS; i++)
        if (m.problems[i].line == 0 || m.problems[i].offset > size)
            abort();
}

/* What was seen once is seen again, and as old. */
static void locks(struct arena *arena, const char *text, size_t size)
{
    struct nfs_locks none = {0}, first, second;
    nfs_locks_parse(arena, text, size, &first);
    if (first.count > NFS_WAITERS_MAX)
        abort();
    nfs_locks_remember(&none, &first, 1);
    nfs_locks_parse(arena, text, size, &second);
    nfs_locks_remember(&first, &second, 2);
    for (size_t i = 0; i < second.count; i++)
        if (second.waiters[i].since_ns != 1)
            abort();
}

/* The texts of /proc and /sys that the nfslock probe reads, beside the mount table. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCRATCH_ARENA(arena);
    struct nfs_connection connection = {0};
    const char *text = arena_strndup(arena, (const char *)data, size);
    mountstats(arena, text, size);
    locks(arena, text, size);
    nfs_route_link4(arena, text, size, "10.99.0.1");
    nfs_route_link6(arena, text, size, "fd00::1");
    nfs_connection_info(text, &connection);
    nfs_connection_state(text);
    nfs_same_address(text, "10.99.0.1");
    return 0;
}
