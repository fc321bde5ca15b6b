/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: make_host DIR DISKS ARRAYS
 * Writes a made-up host for the bench: DISKS ATA disks in ARRAYS RAID6 arrays as sysfs, udev and
 * /proc/mdstat show them, DIR/smart/sdX.blob for forewarn, and the very same bytes as
 * DIR/ioctl/sdX.txt for "smartctl -a -j - < sdX.txt", which replays recorded commands.
 */
#include "tests/bench/make_host.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DISK_SECTORS_4T = 7814037 }; /* in thousands */

static void make_parents(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0755);
        *slash = '/';
    }
}

FILE *create(const char *directory, const char *name)
{
    char path[600];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        make_parents(path);
        file = fopen(path, "w");
    }
    if (file == NULL)
        err(1, "%s", path);
    return file;
}

void finish(FILE *file)
{
    if (fclose(file) != 0)
        err(1, "write");
}

void put(const char *directory, const char *name, const char *format, ...)
{
    va_list args;
    FILE *file = create(directory, name);
    va_start(args, format);
    vfprintf(file, format, args);
    va_end(args);
    fputc('\n', file);
    finish(file);
}

void put_link(const char *target, const char *format, ...)
{
    char path[512];
    va_list args;
    va_start(args, format);
    vsnprintf(path, sizeof(path), format, args);
    va_end(args);
    make_parents(path);
    if (symlink(target, path) != 0)
        err(1, "%s", path);
}

/* sda .. sdz, sdaa .. */
void disk_name(unsigned number, char name[8])
{
    char reversed[8];
    size_t n = 0;
    for (unsigned rest = number + 1; rest > 0; rest = (rest - 1) / 26)
        reversed[n++] = (char)('a' + (rest - 1) % 26);
    memcpy(name, "sd", 2);
    for (size_t i = 0; i < n; i++)
        name[2 + i] = reversed[n - 1 - i];
    name[2 + n] = '\0';
}

/* Below /sys/devices. */
void disk_path(unsigned number, char path[128])
{
    char name[8];
    disk_name(number, name);
    snprintf(path, 128, "pci0000:00/0000:00:1f.2/ata%u/host%u/target%u:0:0/%u:0:0:0/block/%s",
             number + 1, number, number, number, name);
}

static void put_scsi_device(const char *directory, unsigned number)
{
    static const char *const files[][2] = {
        {"vendor", "ATA     "},  {"model", BENCH_MODEL},       {"rev", BENCH_FIRMWARE},
        {"type", "0"},           {"state", "running"},         {"timeout", "30"},
        {"iocounterbits", "32"}, {"iorequest_cnt", "0x1f3a2"}, {"iodone_cnt", "0x1f3a2"},
        {"ioerr_cnt", "0x2"},    {"iotmo_cnt", "0x0"},         {"queue_depth", "31"},
        {"device_blocked", "0"}, {"queue_type", "simple"},     {"scsi_level", "6"},
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        put(directory, files[i][0], "%s", files[i][1]);
    put(directory, "wwid", "naa.%016llx", BENCH_WWN(number));
}

static void put_udev(const char *root, unsigned number)
{
    char directory[512], name[32];
    unsigned long long wwn = BENCH_WWN(number);
    snprintf(directory, sizeof(directory), "%s/run/udev/data", root);
    snprintf(name, sizeof(name), "b8:%u", number * 16);
    put(directory, name,
        "S:disk/by-id/wwn-0x%llx\nI:4132762\nE:ID_ATA=1\nE:ID_TYPE=disk\nE:ID_BUS=ata\n"
        "E:ID_MODEL=%s\nE:ID_REVISION=%s\nE:ID_SERIAL=%s_" BENCH_SERIAL "\n"
        "E:ID_SERIAL_SHORT=" BENCH_SERIAL "\nE:ID_ATA_SATA=1\nE:ID_ATA_ROTATION_RATE_RPM=7200\n"
        "E:ID_WWN=0x%llx\nE:ID_WWN_WITH_EXTENSION=0x%llx\nV:1",
        wwn, BENCH_MODEL, BENCH_FIRMWARE, BENCH_MODEL, number, number, wwn, wwn);
}

static void put_disk(const char *root, unsigned number)
{
    char path[128], directory[512], name[8], target[256];
    disk_name(number, name);
    disk_path(number, path);
    snprintf(directory, sizeof(directory), "%s/sys/devices/%s", root, path);
    put(directory, "dev", "8:%u", number * 16);
    put(directory, "size", "%u168", DISK_SECTORS_4T);
    put(directory, "ro", "0");
    put(directory, "removable", "0");
    put(directory, "hidden", "0");
    put(directory, "stat", " 4000 10 90000 3000 2000 20 40000 1000 0 3000 4000 0 0 0 0 0 0");
    put(directory, "inflight", "       0        0");
    put(directory, "uevent", "MAJOR=8\nMINOR=%u\nDEVNAME=%s\nDEVTYPE=disk", number * 16, name);
    put(directory, "queue/rotational", "1");
    put(directory, "queue/logical_block_size", "512");
    put_link("../..", "%s/device", directory);
    strcpy(strstr(directory, "/block/"), "");
    put_scsi_device(directory, number);
    snprintf(target, sizeof(target), "../devices/%s", path);
    put_link(target, "%s/sys/block/%s", root, name);
    snprintf(target, sizeof(target), "../../devices/%s", path);
    put_link(target, "%s/sys/class/block/%s", root, name);
    put_udev(root, number);
    put_smart(root, number);
}

int main(int argc, char **argv)
{
    if (argc != 4 || strlen(argv[1]) > 200)
        errx(2, "usage: make_host DIR DISKS ARRAYS");
    unsigned disks = (unsigned)strtoul(argv[2], NULL, 10);
    unsigned arrays = (unsigned)strtoul(argv[3], NULL, 10);
    if (disks > 60000 || (arrays > 0 && disks / arrays < 4))
        errx(2, "at most 60,000 disks, at least 4 an array");
    for (unsigned i = 0; i < disks; i++)
        put_disk(argv[1], i);
    put_arrays(argv[1], disks, arrays);
    return 0;
}
