/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_VM_TOLD_DISK_H
#define TESTS_VM_TOLD_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { TOLD_SECTOR = 512 };

/* A disk that does what files in a directory tell it (told_disk.c). */
struct told {
    int directory, uio;
    char model[64], serial[64], firmware[64];
    uint64_t wwn, sectors;
    uint8_t *data, *shared; /* what is written to it; what it shares with the kernel */
};

/* The file of that name, opened, or NULL; whether it is there; the number in it, or 0. */
FILE *told_file(const struct told *told, const char *name);
bool told_is(const struct told *told, const char *name);
unsigned told_number(const struct told *told, const char *name);

/* Whether one of these sectors is unreadable, and which. */
bool told_unreadable(const struct told *told, uint64_t first, uint64_t count, uint64_t *which);

/* Opens both and reads who it is; -1 and errno (EINVAL: identity lacks a line). */
int told_open(struct told *told, const char *device, const char *directory);

/* Text as a disk has it, filled up with spaces. */
void told_put_text(uint8_t *at, size_t size, const char *text);

/* The registers of an ATA command and of the answer to it. */
struct told_registers {
    uint8_t command, feature, error, count, low, middle, high, status;
};

/*
 * Obeys an ATA command: true when it has an answer of a page of TOLD_SECTOR bytes. An aborted one
 * has bit 0 of status set.
 */
bool told_ata(const struct told *told, struct told_registers *registers, uint8_t *page);

/* The page of IDENTIFY DEVICE. */
void told_identify(const struct told *told, uint8_t *page);

#endif
