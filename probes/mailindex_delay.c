/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_delay.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/buf.h"
#include "probes/nfs_mounts.h"

enum { CHUNK = 64 * 1024, SECOND_MS = 1000, DEFAULT_SECONDS = 60 };

/* The kernel leaves a value out where it is the default: 60 s for files and directories. */
static int64_t seconds_of(const struct nfs_mount *mount)
{
    int file = mount->acregmax < 0 ? DEFAULT_SECONDS : mount->acregmax;
    int directory = mount->acdirmax < 0 ? DEFAULT_SECONDS : mount->acdirmax;
    return file > directory ? file : directory;
}

int64_t mailindex_delay_of(const char *mountinfo, size_t length, uint64_t device)
{
    SCRATCH_ARENA(arena);
    struct nfs_mounts mounts;

    nfs_mounts_parse(arena, MOUNT_TABLE_MOUNTINFO, mountinfo, length, &mounts);
    for (size_t i = 0; i < mounts.count; i++)
        if (makedev(mounts.at[i].dev_major, mounts.at[i].dev_minor) == (dev_t)device)
            return MAILINDEX_DELAY_MS + seconds_of(&mounts.at[i]) * SECOND_MS;
    return MAILINDEX_DELAY_MS;
}

int64_t mailindex_delay_ms(uint64_t device)
{
    struct buf text = {0};
    char *chunk = malloc(CHUNK);
    int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    ssize_t n;

    while (chunk && fd >= 0 && text.length < NFS_MOUNTS_MAX_BYTES &&
           (n = read(fd, chunk, CHUNK)) > 0)
        buf_add(&text, chunk, (size_t)n);
    if (fd >= 0)
        close(fd);
    int64_t delay = mailindex_delay_of(text.data ? text.data : "", text.length, device);
    free(chunk);
    buf_free(&text);
    return delay;
}
