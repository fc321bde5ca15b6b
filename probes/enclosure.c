/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/enclosure.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CLASS "/sys/class/enclosure"

enum { MAX_BAYS = 16384 };

static bool is_number(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

static const char *read_or(const struct root *root, struct arena *arena, const char *path,
                           const char *otherwise)
{
    char *text;
    return root_read_line(root, path, arena, &text, NULL) == 0 && *text ? text : otherwise;
}

struct reader {
    const struct root *root;
    struct arena *arena, *scratch;
    struct bays *bays;
    size_t room;
};

/* component is ".../enclosure/0:0:8:0/ArrayDevice07". */
static void read_component(struct reader *r, const char *enclosure, const char *directory,
                           const char *name)
{
    char *device;
    const char *base = arena_printf(r->scratch, "%s/%s", directory, name);
    if (root_resolve(r->root, arena_printf(r->scratch, "%s/device", base), r->arena, &device,
                     NULL) < 0)
        return;
    const char *slot = read_or(r->root, r->scratch, arena_printf(r->scratch, "%s/slot", base), "");
    struct bays *bays = r->bays;
    bays->bay = arena_grow(r->arena, bays->bay, bays->count, &r->room, sizeof *bays->bay);
    bays->bay[bays->count++] = (struct bay){
        .device = device,
        .enclosure = enclosure,
        .bay = arena_strdup(r->arena, is_number(slot) ? slot : name),
    };
}

static void report(struct batch *findings, const char *file, const struct error *e)
{
    batch_finding(
        findings,
        &(struct finding){.kind = "unreadable", .file = file, .offset = -1, .message = e->text});
}

static void read_enclosure(struct reader *r, const char *name, struct batch *findings)
{
    struct error e;
    char **components;
    size_t count;
    const char *directory = arena_printf(r->scratch, CLASS "/%s", name);
    if (root_list(r->root, directory, r->scratch, &components, &count, &e) < 0) {
        report(findings, directory, &e);
        return;
    }
    const char *id = arena_printf(r->scratch, "%s/id", directory);
    const char *enclosure = arena_strdup(r->arena, read_or(r->root, r->scratch, id, name));
    for (size_t i = 0; i < count && r->bays->count < MAX_BAYS; i++)
        /* The enclosure's own files and links have no "device" below them. */
        read_component(r, enclosure, directory, components[i]);
}

static int by_device(const void *a, const void *b)
{
    return strcmp(((const struct bay *)a)->device, ((const struct bay *)b)->device);
}

void enclosure_read(const struct root *root, struct arena *arena, struct batch *findings,
                    struct bays *bays)
{
    SCRATCH_ARENA(names_arena);
    SCRATCH_ARENA(scratch);
    struct reader r = {.root = root, .arena = arena, .scratch = scratch, .bays = bays};
    struct error e;
    char **names;
    size_t count;

    *bays = (struct bays){0};
    if (!root_exists(root, CLASS))
        return;
    if (root_list(root, CLASS, names_arena, &names, &count, &e) < 0)
        report(findings, CLASS, &e);
    for (size_t i = 0; i < count; i++) {
        read_enclosure(&r, names[i], findings);
        arena_reset(scratch);
    }
    if (bays->count)
        qsort(bays->bay, bays->count, sizeof *bays->bay, by_device);
}

const struct bay *enclosure_find(const struct bays *bays, const char *sysfs)
{
    /* .../3:0:0:0/block/sda: the SCSI device is what stands before "/block/". */
    const char *block = strstr(sysfs, "/block/");
    char device[4096];
    if (!block || !bays->count || (size_t)(block - sysfs) >= sizeof device)
        return NULL;
    memcpy(device, sysfs, (size_t)(block - sysfs));
    device[block - sysfs] = '\0';
    return bsearch(&(struct bay){.device = device}, bays->bay, bays->count, sizeof *bays->bay,
                   by_device);
}
