/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probes/disks.h"

/* Layers and devices of one stack that are followed; a recorded tree can hold loops of links. */
enum { MAX_DEPTH = 16, MAX_DEVICES = 4096 };

struct descent {
    const struct root *root;
    const struct disks *disks;
    struct arena *arena;   /* the answer's */
    struct arena *scratch; /* the way's */
    const struct disk **below;
    size_t count, room;
    const char **seen;
    size_t seen_count, seen_room;
};

static void add_disk(struct descent *d, const struct disk *disk)
{
    for (size_t i = 0; i < d->count; i++)
        if (d->below[i] == disk)
            return;
    d->below = arena_grow(d->arena, d->below, d->count, &d->room, sizeof(*d->below));
    d->below[d->count++] = disk;
}

/* False when it was met before, or when there are too many. */
static bool first_time(struct descent *d, const char *device)
{
    for (size_t i = 0; i < d->seen_count; i++)
        if (strcmp(d->seen[i], device) == 0)
            return false;
    if (d->seen_count == MAX_DEVICES)
        return false;
    d->seen = arena_grow(d->scratch, d->seen, d->seen_count, &d->seen_room, sizeof(*d->seen));
    d->seen[d->seen_count++] = device;
    return true;
}

/* The device's directory, free of links: of a partition from /sys/class/block, else /sys/block. */
static const char *find_directory(struct descent *d, const char *device)
{
    static const char *const places[] = {"/sys/class/block", "/sys/block"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char *resolved;
        const char *path = arena_printf(d->scratch, "%s/%s", places[i], device);
        if (root_resolve(d->root, path, d->scratch, &resolved, NULL) == 0)
            return resolved;
    }
    return NULL;
}

/* The whole device that a partition (md0p1) is part of, NULL where it is no partition. */
static const char *whole_device(struct descent *d, const char *directory)
{
    if (!root_exists(d->root, arena_printf(d->scratch, "%s/partition", directory)))
        return NULL;
    char *whole = arena_strdup(d->scratch, directory), *end = strrchr(whole, '/');
    if (!end)
        return NULL;
    *end = '\0';
    return strrchr(whole, '/') ? strrchr(whole, '/') + 1 : NULL;
}

/* What the device lies on: slaves/, or where a recorded tree has none, md's dev-NAME. */
static void list_lower(struct descent *d, const char *directory, char ***names, size_t *count)
{
    const char *path = arena_printf(d->scratch, "%s/slaves", directory);
    if (root_list(d->root, path, d->scratch, names, count, NULL) == 0 && *count)
        return;
    path = arena_printf(d->scratch, "%s/md", directory);
    if (root_list(d->root, path, d->scratch, names, count, NULL) < 0)
        return;
    size_t members = 0;
    for (size_t i = 0; i < *count; i++)
        if (strncmp((*names)[i], "dev-", 4) == 0)
            (*names)[members++] = (*names)[i] + 4;
    *count = members;
}

static void descend(struct descent *d, const char *device, int depth)
{
    const struct disk *disk = disks_by_device(d->disks, device);
    if (disk) {
        add_disk(d, disk);
        return;
    }
    if (depth == MAX_DEPTH || !first_time(d, device))
        return;
    const char *directory = find_directory(d, device);
    if (!directory)
        return;
    const char *whole = whole_device(d, directory);
    if (whole) {
        descend(d, whole, depth + 1);
        return;
    }
    char **names;
    size_t count;
    list_lower(d, directory, &names, &count);
    for (size_t i = 0; i < count; i++)
        descend(d, names[i], depth + 1);
}

int disks_below(const struct root *root, const struct disks *disks, const char *device,
                struct arena *arena, const struct disk ***below, size_t *count, struct error *e)
{
    SCRATCH_ARENA(scratch);
    struct descent d = {.root = root, .disks = disks, .arena = arena, .scratch = scratch};
    *below = NULL;
    *count = 0;
    /* A name, not a path: what a file of the host says must not lead anywhere else. */
    if (!*device || strchr(device, '/') || strcmp(device, ".") == 0 || strcmp(device, "..") == 0)
        return error_set(e, -EINVAL, "disks: '%s' is no kernel name of a block device", device);
    descend(&d, device, 0);
    *below = d.below;
    *count = d.count;
    return 0;
}
