/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_ENCLOSURE_H
#define PROBES_ENCLOSURE_H

#include <stddef.h>

#include "core/arena.h"
#include "core/batch.h"
#include "core/root.h"

/*
 * Which bay of which enclosure a disk stands in, from /sys/class/enclosure (the kernel's ses
 * driver): each component there whose "device" link leads to a SCSI device.
 */
struct bay {
    const char *device;    /* /sys/devices/.../0:0:3:0, free of links */
    const char *enclosure; /* its "id" (logical identifier), else its name there, "0:0:8:0" */
    const char *bay;       /* its "slot" number, else the component's name, "ArrayDevice07" */
};

struct bays {
    struct bay *bay; /* sorted by device */
    size_t count;
};

/* Never fails: what cannot be read is a finding (blind is not set: a disk does without a bay). */
void enclosure_read(const struct root *root, struct arena *arena, struct batch *findings,
                    struct bays *bays);

/* The bay of the SCSI device that the block device at sysfs belongs to; NULL: not known. */
const struct bay *enclosure_find(const struct bays *bays, const char *sysfs);

#endif
