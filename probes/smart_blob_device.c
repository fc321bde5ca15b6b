/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <atasmart.h>

#include "probes/smart_blob.h"

static int take_blob(SkDisk *disk, struct arena *arena, void **copy, size_t *size, struct error *e)
{
    SkBool available = 0;
    const void *blob;
    if (sk_disk_smart_is_available(disk, &available) < 0 || !available)
        return error_set(e, -EOPNOTSUPP, "no ATA disk with SMART");
    if (sk_disk_smart_read_data(disk) < 0)
        return error_set(e, -EIO, "SMART READ DATA: %s", error_name(errno));
    if (sk_disk_get_blob(disk, &blob, size) < 0)
        return error_set(e, -EIO, "libatasmart gives no blob: %s", error_name(errno));
    *copy = arena_alloc(arena, *size);
    memcpy(*copy, blob, *size);
    return 0;
}

/*
 * The attributes are not parsed here: libatasmart compiles its regular expressions about models
 * anew for each, which takes 10 ms a disk.
 */
int smart_blob_ask(const char *device, struct arena *arena, void **blob, size_t *size,
                   struct error *e)
{
    SkDisk *disk;
    if (sk_disk_open(device, &disk) < 0) {
        int code = errno == EACCES || errno == EPERM || errno == ENOENT || errno == ENXIO
                       ? -errno
                       : -EOPNOTSUPP;
        return error_set(e, code, "open %s: %s", device, error_name(errno));
    }
    int code = take_blob(disk, arena, blob, size, e);
    sk_disk_free(disk);
    return code;
}
