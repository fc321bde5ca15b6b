/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/disks_read.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool disks_is_candidate(const char *name)
{
    static const char *const not_disks[] = {"loop",  "ram",    "zram", "dm-",    "md",
                                            "sr",    "scd",    "fd",   "zd",     "rbd",
                                            "nullb", "bcache", "drbd", "pktcdvd"};
    for (size_t i = 0; i < sizeof not_disks / sizeof *not_disks; i++)
        if (strncmp(name, not_disks[i], strlen(not_disks[i])) == 0)
            return false;
    return strncmp(name, "mmcblk", 6) != 0 || (!strstr(name, "boot") && !strstr(name, "rpmb"));
}

static void complain(struct disks_reader *r, const char *kind, const char *target, const char *file,
                     const char *message)
{
    batch_finding(
        r->findings,
        &(struct finding){
            .kind = kind, .target = target, .file = file, .offset = -1, .message = message});
}

const char *disks_attribute(struct disks_reader *r, const struct disks_device *device,
                            const char *attribute)
{
    struct error e;
    char *text;
    const char *path = arena_printf(r->scratch, "%s/%s", device->sysfs, attribute);
    int code = root_read_line(r->root, path, r->scratch, &text, &e);
    if (code == 0)
        return text;
    /* Most devices lack most attributes, and some drivers answer a read with an error. */
    if (code == -EILSEQ || code == -EFBIG || code == -EOPNOTSUPP || code == -EACCES)
        complain(r, "unreadable", device->name, path, e.text);
    return "";
}

/* Where the device is, free of links; NULL when it went away since it was listed. */
static const char *device_directory(struct disks_reader *r, const char *name)
{
    struct error e;
    char *resolved;
    const char *path = arena_printf(r->scratch, "/sys/block/%s", name);
    if (root_resolve(r->root, path, r->arena, &resolved, &e) == 0)
        return resolved;
    if (root_exists(r->root, path)) /* no /proc to ask for the path */
        return arena_strdup(r->arena, path);
    complain(r, "note", name, path, e.text);
    return NULL;
}

static void read_udev(struct disks_reader *r, struct disks_device *device)
{
    struct error e;
    unsigned major, minor;
    char *text, rest;
    size_t length;
    device->udev = (struct udevdb){0};
    if (sscanf(disks_attribute(r, device, "dev"), "%u:%u%c", &major, &minor, &rest) != 2)
        return;
    const char *path = arena_printf(r->scratch, "/run/udev/data/b%u:%u", major, minor);
    int code = root_read(r->root, path, UDEVDB_MAX_BYTES, r->scratch, &text, &length, &e);
    if (code == -ENOENT || code == -ENOTDIR)
        return;
    if (code < 0) {
        complain(r, "unreadable", device->name, path, e.text);
        return;
    }
    udevdb_parse(r->scratch, text, length, &device->udev);
    if (device->udev.malformed)
        complain(r, "malformed", device->name, path,
                 arena_printf(r->scratch,
                              "%zu lines of udev's database are no properties and are left out",
                              device->udev.malformed));
}

/*
 * True when it is a disk with something in it. Sets the size where that is known: sysfs counts in
 * 512 bytes whatever the disk's sectors are.
 */
static bool read_size(struct disks_reader *r, const struct disks_device *device, struct disk *disk)
{
    const char *text = disks_attribute(r, device, "size");
    char *end;
    errno = 0;
    unsigned long long sectors = strtoull(text, &end, 10);
    if (*text && (!(*text >= '0' && *text <= '9') || *end || errno || sectors > UINT64_MAX / 512)) {
        complain(r, "malformed", device->name, arena_printf(r->scratch, "%s/size", device->sysfs),
                 "the size is no number");
        return true;
    }
    disk->bytes = sectors * 512;
    return !*text || sectors;
}

/* What has no hardware behind it; nbd has a host behind it, NVMe heads stand elsewhere. */
static bool is_virtual(const struct disks_device *device)
{
    return strncmp(device->sysfs, "/sys/devices/virtual/block/", 27) == 0 &&
           strncmp(device->name, "nbd", 3) != 0;
}

bool disks_read(struct disks_reader *r, const char *name, struct disk *disk)
{
    struct disks_device device = {.name = name, .sysfs = device_directory(r, name)};
    if (!device.sysfs || is_virtual(&device))
        return false;
    *disk = (struct disk){
        .device = arena_strdup(r->arena, name),
        .sysfs = device.sysfs,
        .paths = "",
    };
    if (!read_size(r, &device, disk) || strcmp(disks_attribute(r, &device, "hidden"), "1") == 0)
        return false;
    const char *rotational = disks_attribute(r, &device, "queue/rotational");
    disk->rotational = strcmp(rotational, "1") == 0 ? 1 : strcmp(rotational, "0") == 0 ? 0 : -1;
    read_udev(r, &device);
    disks_identify(r, &device, disk);
    const struct bay *bay = enclosure_find(&r->bays, device.sysfs);
    disk->enclosure = bay ? arena_strdup(r->arena, bay->enclosure) : "";
    disk->bay = bay ? arena_strdup(r->arena, bay->bay) : "";
    return true;
}
