/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <scsi/scsi.h>
#include <scsi/sg.h>

#include "probes/smart_sleep.h"

enum { TIMEOUT_MS = 5000, SENSE = 64 };

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* A runtime-suspended device (or its SCSI device) must not be touched at all. */
static bool suspended(const struct root *root, const struct disk *disk)
{
    char path[4096];
    SCRATCH_ARENA(arena);
    static const char *const places[] = {"device/power/runtime_status", "power/runtime_status"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char *status;
        snprintf(path, sizeof path, "%s/%s", disk->sysfs, places[i]);
        if (root_read_line(root, path, arena, &status, NULL) == 0 &&
            strncmp(status, "suspend", 7) == 0)
            return true;
    }
    return false;
}

static int command(int fd, const uint8_t *cdb, size_t length, int direction, void *data,
                   unsigned bytes, uint8_t sense[SENSE], uint8_t *sense_length)
{
    struct sg_io_hdr io = {
        .interface_id = 'S',
        .cmdp = (unsigned char *)(uintptr_t)cdb,
        .cmd_len = (unsigned char)length,
        .dxfer_direction = direction,
        .dxferp = data,
        .dxfer_len = bytes,
        .sbp = sense,
        .mx_sb_len = SENSE,
        .timeout = TIMEOUT_MS,
    };
    if (ioctl(fd, SG_IO, &io) < 0 || io.host_status != 0)
        return -1;
    *sense_length = io.sb_len_wr;
    return 0;
}

/* ATA PASS-THROUGH (16), non-data, with the registers wanted back. */
static enum smart_sleep ask_ata(int fd)
{
    const uint8_t cdb[16] = {0x85, 3 << 1, 0x20, [14] = 0xe5};
    uint8_t sense[SENSE] = {0}, length = 0;
    if (command(fd, cdb, sizeof cdb, SG_DXFER_NONE, NULL, 0, sense, &length) < 0)
        return SMART_SLEEP_UNKNOWN;
    int count = smart_sleep_ata_count(sense, length);
    return count < 0 ? SMART_SLEEP_UNKNOWN : smart_sleep_from_ata((uint8_t)count);
}

static enum smart_sleep ask_scsi(int fd)
{
    uint8_t data[18] = {0}, sense[SENSE] = {0}, length = 0;
    const uint8_t cdb[6] = {REQUEST_SENSE, 0, 0, 0, sizeof data, 0};
    if (command(fd, cdb, sizeof cdb, SG_DXFER_FROM_DEV, data, sizeof data, sense, &length) < 0)
        return SMART_SLEEP_UNKNOWN;
    return smart_sleep_from_sense(data, sizeof data);
}

enum smart_sleep smart_sleep_check(const struct root *root, const struct disk *disk,
                                   const char *node)
{
    if (suspended(root, disk))
        return SMART_SLEEPS;
    bool ata = strcmp(disk->bus, "ata") == 0;
    if (!ata && strcmp(disk->bus, "usb") != 0 && strcmp(disk->bus, "sas") != 0 &&
        strcmp(disk->bus, "scsi") != 0)
        return SMART_AWAKE;
    __attribute__((cleanup(close_fd))) int fd = open(node, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return SMART_SLEEP_UNKNOWN;
    enum smart_sleep sleep = ata || strcmp(disk->bus, "usb") == 0 ? ask_ata(fd) : ask_scsi(fd);
    return sleep == SMART_SLEEP_UNKNOWN && !ata ? ask_scsi(fd) : sleep;
}
