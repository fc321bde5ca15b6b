/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/disks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/disks_read.h"

/* More than these are not believed: a host has hundreds, a recorded tree can hold anything. */
enum { MAX_DISKS = 16384, MAX_NAMES = 16 * MAX_DISKS };

/* A kernel name that leads to a disk: its own, another path's, a partition's. */
struct disk_name {
    const char *name;
    const struct disk *disk;
};

struct names {
    struct disk_name *at;
    size_t count, room;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct disk_name *)a)->name, ((const struct disk_name *)b)->name);
}

static int by_disk(const void *a, const void *b)
{
    return strcmp((*(const struct disk *const *)a)->disk, (*(const struct disk *const *)b)->disk);
}

static void add_name(struct arena *arena, struct names *names, const char *name,
                     const struct disk *disk)
{
    if (names->count == MAX_NAMES)
        return;
    names->at = arena_grow(arena, names->at, names->count, &names->room, sizeof *names->at);
    names->at[names->count++] = (struct disk_name){arena_strdup(arena, name), disk};
}

/* Partitions are directories in the disk's own, named after it: sda1, nvme0n1p1. */
static void add_partitions(struct disks_reader *r, struct names *names, const char *directory,
                           const char *device, const struct disk *disk)
{
    char **entries;
    size_t count, n = strlen(device);
    if (root_list(r->root, directory, r->scratch, &entries, &count, NULL) < 0)
        return;
    for (size_t i = 0; i < count; i++)
        if (strncmp(entries[i], device, n) == 0 && entries[i][n])
            add_name(r->arena, names, entries[i], disk);
    arena_reset(r->scratch);
}

static void add_names(struct disks_reader *r, struct names *names, const struct disk *disk)
{
    add_name(r->arena, names, disk->device, disk);
    add_partitions(r, names, disk->sysfs, disk->device, disk);
    SCRATCH_ARENA(arena);
    char *paths = arena_strdup(arena, disk->paths), *rest = paths;
    for (char *path; (path = strsep(&rest, " "));) {
        if (!*path)
            continue;
        add_name(r->arena, names, path, disk);
        add_partitions(r, names, arena_printf(arena, "/sys/block/%s", path), path, disk);
    }
}

static void index_disks(struct disks_reader *r, struct disks *disks)
{
    struct names names = {0};
    const struct disk **identities = ARENA_ARRAY(r->arena, const struct disk *, disks->count);
    for (size_t i = 0; i < disks->count; i++) {
        identities[i] = &disks->disk[i];
        add_names(r, &names, &disks->disk[i]);
    }
    if (disks->count) {
        qsort(identities, disks->count, sizeof(*identities), by_disk);
        qsort(names.at, names.count, sizeof *names.at, by_name);
    }
    disks->by_identity = identities;
    disks->names = names.at;
    disks->name_count = names.count;
}

static void read_all(struct disks_reader *r, char **names, size_t count, struct disks *disks)
{
    struct disk *found = ARENA_ARRAY(r->arena, struct disk, count < MAX_DISKS ? count : MAX_DISKS);
    size_t n = 0;
    for (size_t i = 0; i < count && n < MAX_DISKS; i++) {
        if (disks_is_candidate(names[i]) && disks_read(r, names[i], &found[n]))
            n++;
        arena_reset(r->scratch);
    }
    if (n == MAX_DISKS)
        batch_finding(r->findings,
                      &(struct finding){.kind = "unsupported",
                                        .blind = true,
                                        .file = "/sys/block",
                                        .offset = -1,
                                        .message = "more disks than are looked at here (16384)"});
    disks_merge(r->arena, found, n, r->findings, disks);
}

int disks_find(const struct root *root, struct arena *arena, struct batch *findings,
               struct disks *disks, struct error *e)
{
    SCRATCH_ARENA(names_arena);
    SCRATCH_ARENA(scratch);
    struct disks_reader reader = {
        .root = root, .arena = arena, .scratch = scratch, .findings = findings};
    char **names;
    size_t count;

    *disks = (struct disks){0};
    int code = root_list(root, "/sys/block", names_arena, &names, &count, e);
    if (code < 0)
        return code;
    enclosure_read(root, names_arena, findings, &reader.bays);
    read_all(&reader, names, count, disks);
    index_disks(&reader, disks);
    return 0;
}

/* "nvme0n1" for "nvme0c1n1", one controller's path to a disk that the kernel joins itself. */
static bool head_of_path(const char *device, char head[32])
{
    unsigned subsystem, controller, space;
    char rest;
    if (sscanf(device, "nvme%uc%un%u%c", &subsystem, &controller, &space, &rest) != 3)
        return false;
    snprintf(head, 32, "nvme%un%u", subsystem, space);
    return true;
}

const struct disk *disks_by_device(const struct disks *disks, const char *device)
{
    char head[32];
    struct disk_name key = {.name = head_of_path(device, head) ? head : device};
    const struct disk_name *name =
        disks->name_count ? bsearch(&key, disks->names, disks->name_count, sizeof key, by_name)
                          : NULL;
    return name ? name->disk : NULL;
}

const struct disk *disks_by_identity(const struct disks *disks, const char *identity)
{
    const struct disk wanted = {.disk = identity}, *key = &wanted;
    const struct disk **at =
        disks->count ? bsearch(&key, disks->by_identity, disks->count, sizeof key, by_disk) : NULL;
    return at ? *at : NULL;
}
