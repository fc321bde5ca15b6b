/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "probes/disks_read.h"

/* One that claims an identity; what is compared with it at most, so that a tree of a thousand
 * equal names does not take a million comparisons. */
enum { MAX_CLAIMS = 16 };

struct found {
    struct disk *disk;
    bool dropped; /* a further path of another */
};

static int by_claim(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    int order = strcmp(x->disk->disk, y->disk->disk);
    return order ? order : x->disk < y->disk ? -1 : x->disk > y->disk;
}

static bool has_number(const char *path, const char *component)
{
    const char *at = strstr(path, component);
    return at && at[strlen(component)] >= '0' && at[strlen(component)] <= '9';
}

/* A disk on these has one way to it: two that say the same are two (bridges with copied numbers).
 */
static bool has_one_way(const struct disk *disk)
{
    static const char *const buses[] = {"usb", "virtio", "mmc", ""};
    for (size_t i = 0; i < sizeof buses / sizeof *buses; i++)
        if (strcmp(disk->bus, buses[i]) == 0)
            return true;
    return has_number(disk->sysfs, "/ata");
}

static bool is_same_disk(const struct disk *a, const struct disk *b)
{
    if (has_one_way(a) || has_one_way(b) || a->bytes != b->bytes)
        return false;
    if (*a->serial && *b->serial)
        return strcmp(a->serial, b->serial) == 0;
    return *a->wwn && strcmp(a->wwn, b->wwn) == 0;
}

static void report(struct batch *findings, const struct disk *first, const struct disk *second)
{
    SCRATCH_ARENA(arena);
    const char *message = arena_printf(
        arena,
        "%s (serial %s, %llu bytes) and %s (serial %s, %llu bytes) both say that they are %s; "
        "the second is called %s#%s here",
        first->device, *first->serial ? first->serial : "unknown", (unsigned long long)first->bytes,
        second->device, *second->serial ? second->serial : "unknown",
        (unsigned long long)second->bytes, first->disk, first->disk, second->device);
    batch_finding(findings, &(struct finding){.kind = "conflict",
                                              .target = second->device,
                                              .offset = -1,
                                              .message = message});
}

/* All who claim one identity, in the order of their kernel names. */
static void settle(struct arena *arena, struct found *claims, size_t count, struct batch *findings)
{
    struct disk *first = claims[0].disk;
    const char *identity = first->disk;
    struct disk *kept[MAX_CLAIMS] = {first};
    size_t kept_count = 1;
    for (size_t i = 1; i < count; i++) {
        struct disk *disk = claims[i].disk;
        for (size_t k = 0; k < kept_count && !claims[i].dropped; k++)
            if (is_same_disk(kept[k], disk)) {
                kept[k]->paths = *kept[k]->paths
                                     ? arena_printf(arena, "%s %s", kept[k]->paths, disk->device)
                                     : disk->device;
                claims[i].dropped = true;
            }
        if (claims[i].dropped)
            continue;
        report(findings, first, disk);
        disk->disk = arena_printf(arena, "%s#%s", identity, disk->device);
        if (kept_count < MAX_CLAIMS)
            kept[kept_count++] = disk;
    }
}

void disks_merge(struct arena *arena, struct disk *found, size_t count, struct batch *findings,
                 struct disks *disks)
{
    SCRATCH_ARENA(scratch);
    struct found *claims = ARENA_ARRAY(scratch, struct found, count);
    bool *dropped = ARENA_ARRAY(scratch, bool, count);

    for (size_t i = 0; i < count; i++)
        claims[i].disk = &found[i];
    if (count)
        qsort(claims, count, sizeof *claims, by_claim);
    for (size_t i = 0, n; i < count; i += n) {
        const char *identity = claims[i].disk->disk;
        for (n = 1; i + n < count && strcmp(claims[i + n].disk->disk, identity) == 0; n++)
            ;
        settle(arena, claims + i, n, findings);
    }
    for (size_t i = 0; i < count; i++)
        dropped[claims[i].disk - found] = claims[i].dropped;
    disks->disk = found;
    disks->count = 0;
    for (size_t i = 0; i < count; i++)
        if (!dropped[i])
            found[disks->count++] = found[i];
}
