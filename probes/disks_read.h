/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DISKS_READ_H
#define PROBES_DISKS_READ_H

#include "probes/disks.h"
#include "probes/enclosure.h"
#include "probes/udevdb.h"

/* What a round of discovery reads with. */
struct disks_reader {
    const struct root *root;
    struct arena *arena;   /* for what stays */
    struct arena *scratch; /* for one device; emptied by whoever calls */
    struct batch *findings;
    struct bays bays;
};

/* A block device while it is read: the files of the kernel and the properties of udev. */
struct disks_device {
    const char *name, *sysfs;
    struct udevdb udev;
};

/*
 * Whether a name in /sys/block can be a disk: not loop, ram, dm, md and others that are no hardware
 * of their own, nor the boot and replay-protected areas of an eMMC.
 */
bool disks_is_candidate(const char *name);

/*
 * Reads one device of /sys/block. True: *disk is filled, its strings are in the arena. False: it is
 * no disk, but an empty drive or the hidden path of an NVMe disk (nvme0c0n1).
 */
bool disks_read(struct disks_reader *reader, const char *name, struct disk *disk);

/* Attribute of the device, "" where it is not there. */
const char *disks_attribute(struct disks_reader *reader, const struct disks_device *device,
                            const char *attribute);

/* What the disk hangs on, as in struct disk: by its place in sysfs, else by udev's ID_BUS. */
const char *disks_bus(struct disks_reader *reader, const struct disks_device *device);

/*
 * Model, serial, firmware, wwn and bus of the device, from udev's database where it has them, else
 * from sysfs, and the identity that they come to.
 */
void disks_identify(struct disks_reader *reader, const struct disks_device *device,
                    struct disk *disk);

/*
 * Takes what was found to what there is: paths of one disk joined, claims of one identity by two
 * kept apart with a finding. found is in the order of kernel names and stays so.
 */
void disks_merge(struct arena *arena, struct disk *found, size_t count, struct batch *findings,
                 struct disks *disks);

#endif
