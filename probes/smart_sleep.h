/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_SMART_SLEEP_H
#define PROBES_SMART_SLEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/root.h"
#include "probes/disks.h"

/* Whether a disk sleeps; SMART_SLEEP_UNKNOWN where it cannot say (then it may be asked). */
enum smart_sleep { SMART_AWAKE, SMART_SLEEPS, SMART_SLEEP_UNKNOWN };

/*
 * Finds it out without waking the disk: first from sysfs (a device that the kernel has suspended
 * would be resumed by any command), then CHECK POWER MODE for ATA behind bus "ata" and "usb", and
 * REQUEST SENSE for SCSI.
 */
enum smart_sleep smart_sleep_check(const struct root *root, const struct disk *disk,
                                   const char *node);

/* ACS-4, 7.3 CHECK POWER MODE: the count field. */
enum smart_sleep smart_sleep_from_ata(uint8_t count);

/*
 * The count of CHECK POWER MODE from the sense data of ATA PASS-THROUGH (SAT-4, ATA Status Return
 * descriptor, or its fixed form); -1 where it is not in there.
 */
int smart_sleep_ata_count(const uint8_t *sense, size_t length);

/* SPC-5, REQUEST SENSE: what the sense data (fixed or descriptor) says of the power condition. */
enum smart_sleep smart_sleep_from_sense(const uint8_t *sense, size_t length);

#endif
