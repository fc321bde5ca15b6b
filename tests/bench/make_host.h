/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_BENCH_MAKE_HOST_H
#define TESTS_BENCH_MAKE_HOST_H

#include <stdio.h>

#define BENCH_MODEL       "BENCHDISK4000"
#define BENCH_FIRMWARE    "BN01"
#define BENCH_SERIAL      "BENCH%05u" /* of the disk's number */
#define BENCH_WWN(number) (0x5000cca000000000ULL + (number))

/* Files below a directory, made with their parents; they end the program where they cannot. */
FILE *create(const char *directory, const char *name);
void finish(FILE *file);
void put(const char *directory, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void put_link(const char *target, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Kernel name and path below /sys/devices of the disk by number. */
void disk_name(unsigned number, char name[8]);
void disk_path(unsigned number, char path[128]);

/* smart/ and ioctl/ of one disk; /proc/mdstat and sysfs of the arrays. */
void put_smart(const char *root, unsigned number);
void put_arrays(const char *root, unsigned disks, unsigned arrays);

#endif
