/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_BLOCKSTAT_MOUNTS_H
#define PROBES_BLOCKSTAT_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"

/*
 * What is mounted, from the text of /proc/PID/mountinfo (proc(5)) or, where only that was recorded,
 * of /proc/mounts: filesystems on block devices, each once, however often it is mounted.
 */
enum { MOUNTS_MAX_BYTES = 4 * 1024 * 1024, MOUNTS_MAX = 4096 };

struct mount {
    unsigned major, minor; /* 0:0 where /proc/mounts does not say */
    const char *source;    /* "/dev/sda1", "/dev/mapper/vg-mail" */
    const char *mountpoint;
    const char *type;
    bool is_read_only;   /* the filesystem, not merely this mount of it */
    bool wanted_writing; /* it was mounted for writing; false: it was not, or that is not known */
    bool on_error;       /* /proc/mounts: errors=remount-ro or the like stands among its options */
};

struct mounts {
    struct mount *at; /* in the order of the text */
    size_t count;
    size_t malformed; /* lines that are no mounts, or that are too many */
};

void mounts_parse_mountinfo(struct arena *arena, const char *text, size_t length,
                            struct mounts *mounts);
void mounts_parse_mounts(struct arena *arena, const char *text, size_t length,
                         struct mounts *mounts);

/* The mount that a path lies in, NULL where there is none: the longest mountpoint above it. */
const struct mount *mounts_of_path(const struct mounts *mounts, const char *path);

#endif
