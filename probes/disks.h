/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DISKS_H
#define PROBES_DISKS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/batch.h"
#include "core/root.h"

/*
 * Which disks there are and who they are, read from /sys/block and /run/udev/data below a root: the
 * same live and recorded. No device is opened.
 *
 * The stable identity ("disk" on every series) is the wwn ("0x5000c500a1b2c3d4" as udev's
 * ID_WWN_WITH_EXTENSION), else the NVMe eui or nguid ("eui.0025..."), else model_serial, as udev
 * gives it (ID_SERIAL); where udev's database is not there the same is made from sysfs. A disk of
 * which none is known goes by its kernel name. What others know of a disk (IDENTIFY data, smartctl)
 * comes to the same identity through probes/identity.h.
 */
struct disk {
    const char *disk;   /* stable identity */
    const char *device; /* kernel name: sda, nvme0n1 */
    const char *paths; /* further kernel names of the same disk (multipath), space between, or "" */
    const char *sysfs; /* /sys/devices/.../block/sda, free of links, below the root */
    const char *model, *serial, *firmware, *wwn; /* "" where not known */
    const char *bus; /* ata sas scsi nvme usb virtio mmc iscsi fc raid, "" where not known */
    const char *enclosure, *bay; /* the enclosure's id and the slot's number, else their names in
                                    /sys/class/enclosure; "" where not known */
    uint64_t bytes;
    int rotational; /* 1, 0, -1: not known */
};

struct disks {
    struct disk *disk; /* in the order of kernel names, sda2 before sda10 */
    size_t count;
    /* How disks_by_device() and disks_by_identity() find them. */
    const struct disk **by_identity;
    const struct disk_name *names;
    size_t name_count;
};

/*
 * Finds the disks: whole physical block devices (no partitions, loop, ram, zram, dm, md, empty
 * drives). One disk seen on two paths is one disk. Two that claim one identity but are not the same
 * (different serial or size) are both kept, the second under "identity#device", with a finding.
 * Fails only when /sys/block cannot be listed.
 */
int disks_find(const struct root *root, struct arena *arena, struct batch *findings,
               struct disks *disks, struct error *e);

/* By kernel name of the disk or of one of its partitions; NULL where there is none. */
const struct disk *disks_by_device(const struct disks *disks, const char *device);
const struct disk *disks_by_identity(const struct disks *disks, const char *disk);

/*
 * The disks that a block device rests on: itself, or through partitions, dm, md and bcache layers
 * (slaves/) to the physical ones; each once. count is 0 for a device that is gone. The depth of
 * layers is bounded, so that a recorded tree with a loop ends too.
 */
int disks_below(const struct root *root, const struct disks *disks, const char *device,
                struct arena *arena, const struct disk ***below, size_t *count, struct error *e);

#endif
