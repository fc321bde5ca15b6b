/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/blockstat_mounts.h"

#include <string.h>

#include "probes/mount_line.h"

/* Those of which the kernel has no way to write; "udf" and others may or may not. */
static bool is_writable_kind(const char *type)
{
    static const char *const kinds[] = {"squashfs", "iso9660", "erofs", "cramfs", "romfs"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(type, kinds[i]) == 0)
            return false;
    return true;
}

/*
 * A filesystem that stopped itself: SB_RDONLY shows as "ro" among the super block's options; since
 * Linux 6.15 ext4 says "emergency_ro" instead, and "shutdown" when it is down for good.
 */
static bool super_is_read_only(const char *options)
{
    return mount_has_option(options, "ro") || mount_has_option(options, "emergency_ro") ||
           mount_has_option(options, "shutdown");
}

/* In /proc/mounts "ro" is the mount's or the filesystem's; in mountinfo what was wanted stands
 * apart. */
static struct mount read_line(const struct mount_line *line, enum mount_table table)
{
    struct mount mount = {
        .major = line->major,
        .minor = line->minor,
        .source = line->source,
        .mountpoint = line->mountpoint,
        .type = line->type,
        .is_read_only = super_is_read_only(line->super),
        .on_error = mount_has_option(line->super, "emergency_ro") ||
                    mount_has_option(line->super, "shutdown"),
    };
    mount.wanted_writing =
        (table == MOUNT_TABLE_MOUNTINFO ? !mount_has_option(line->options, "ro")
                                        : mount_has_option(line->options, "rw")) &&
        is_writable_kind(mount.type);
    return mount;
}

static bool is_on_block_device(const struct mount *mount)
{
    return mount->major || strncmp(mount->source, "/dev/", 5) == 0;
}

static bool is_same_filesystem(const struct mount *a, const struct mount *b)
{
    return a->major == b->major && a->minor == b->minor &&
           (a->major || strcmp(a->source, b->source) == 0);
}

struct building {
    struct arena *arena;
    struct mounts *mounts;
    size_t room;
};

/* A further mount of a filesystem that is known adds that writing was wanted there. */
static void add(struct building *b, const struct mount *mount)
{
    struct mounts *mounts = b->mounts;
    for (size_t i = 0; i < mounts->count; i++)
        if (is_same_filesystem(&mounts->at[i], mount)) {
            mounts->at[i].wanted_writing |= mount->wanted_writing;
            return;
        }
    if (mounts->count == MOUNTS_MAX) {
        mounts->malformed++;
        return;
    }
    mounts->at = arena_grow(b->arena, mounts->at, mounts->count, &b->room, sizeof *mounts->at);
    mounts->at[mounts->count] = *mount;
    struct mount *kept = &mounts->at[mounts->count++];
    kept->source = arena_strdup(b->arena, mount->source);
    kept->mountpoint = arena_strdup(b->arena, mount->mountpoint);
    kept->type = arena_strdup(b->arena, mount->type);
}

static void parse(struct arena *arena, const char *text, size_t length, struct mounts *mounts,
                  enum mount_table table)
{
    SCRATCH_ARENA(scratch);
    struct building building = {.arena = arena, .mounts = mounts};
    *mounts = (struct mounts){0};
    for (size_t at = 0; at < length; arena_reset(scratch)) {
        const char *start = text + at, *end = memchr(start, '\n', length - at);
        size_t n = end ? (size_t)(end - start) : length - at;
        struct mount_line line;
        at += n + 1;
        if (!n)
            continue;
        if (!mount_line_parse(scratch, table, start, n, &line)) {
            mounts->malformed++;
            continue;
        }
        struct mount mount = read_line(&line, table);
        if (is_on_block_device(&mount))
            add(&building, &mount);
    }
}

void mounts_parse_mountinfo(struct arena *arena, const char *text, size_t length,
                            struct mounts *mounts)
{
    parse(arena, text, length, mounts, MOUNT_TABLE_MOUNTINFO);
}

void mounts_parse_mounts(struct arena *arena, const char *text, size_t length,
                         struct mounts *mounts)
{
    parse(arena, text, length, mounts, MOUNT_TABLE_MOUNTS);
}

const struct mount *mounts_of_path(const struct mounts *mounts, const char *path)
{
    const struct mount *best = NULL;
    size_t best_length = 0;
    for (size_t i = 0; i < mounts->count; i++) {
        const char *point = mounts->at[i].mountpoint;
        size_t n = strlen(point);
        bool above = strcmp(point, "/") == 0 ||
                     (strncmp(path, point, n) == 0 && (path[n] == '/' || !path[n]));
        if (above && n >= best_length) {
            best = &mounts->at[i];
            best_length = n;
        }
    }
    return best;
}
