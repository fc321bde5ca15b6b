/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "probes/blockstat_mounts.h"
#include "probes/blockstat_requests.h"
#include "probes/nfs_mounts.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mounts mounts;
    uint64_t number;
    SCRATCH_ARENA(arena);
    const char *text = arena_strndup(arena, (const char *)data, size);
    mounts_parse_mounts(arena, text, size, &mounts);
    if (mounts.count > MOUNTS_MAX)
        abort();
    mounts_parse_mountinfo(arena, text, size, &mounts);
    if (mounts.count > MOUNTS_MAX)
        abort();
    mounts_of_path(&mounts, text);
    struct nfs_mounts nfs;
    nfs_mounts_parse(arena, MOUNT_TABLE_MOUNTS, text, size, &nfs);
    nfs_mounts_parse(arena, MOUNT_TABLE_MOUNTINFO, text, size, &nfs);
    if (nfs.count > NFS_MOUNTS_MAX)
        abort();
    blockstat_number(text, &number);
    blockstat_parse_inflight(text, &number);
    blockstat_parse_stat(text, &number);
    return 0;
}
