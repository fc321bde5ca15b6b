/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DISKS_VPD_H
#define PROBES_DISKS_VPD_H

#include <stddef.h>

#include "core/arena.h"
#include "probes/identity.h"

/*
 * The Vital Product Data pages that the kernel keeps of a SCSI disk (device/vpd_pg*): bytes in,
 * text out, "" where a page does not say. Pages that are cut short are read as far as they go.
 */
enum { VPD_MAX_BYTES = 4096 };

/* Page 0x80 (SPC): the unit serial number. */
const char *vpd_serial(struct arena *arena, const char *page, size_t length);

/*
 * Page 0x83 (SPC): the logical unit's NAA designator as identity_from_naa() gives it, and the text
 * of its T10 designator: 8 characters of vendor, then what the vendor likes. An ATA disk's (SAT)
 * is "ATA     ", 40 characters of model, 20 of serial; split_t10() takes that apart, also from
 * "t10.ATA     ..." of sysfs' wwid.
 */
const char *vpd_naa(struct arena *arena, const char *page, size_t length);
const char *vpd_t10(struct arena *arena, const char *page, size_t length);
void vpd_split_t10(struct arena *arena, const char *t10, struct identity *identity);

/* Page 0x89 (SAT): holds the whole IDENTIFY DEVICE data of an ATA disk; NULL where it does not. */
const unsigned char *vpd_identify(const char *page, size_t length);

#endif
