/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_IDENTITY_H
#define PROBES_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

/*
 * The stable identity of a disk, made from what different sources know of it, so that udev's
 * database, sysfs, IDENTIFY data and smartctl's JSON come to the same text. All return a string in
 * the arena, or "" where the facts given are none (zero, empty), so that the next best can be
 * tried: wwn, then NVMe eui or nguid, then model_serial.
 */

/* The world wide name as udev's ID_WWN has it, "0x5000c500a1b2c3d4". */
const char *identity_from_wwn64(struct arena *arena, uint64_t wwn);

/* From its parts, as smartctl's "wwn": {"naa", "oui", "id"} has them. */
const char *identity_from_wwn(struct arena *arena, unsigned naa, uint32_t oui, uint64_t id);

/*
 * From hex text of 16 or 32 digits: "0x5000..." (smartctl's "logical_unit_id", udev's
 * ID_WWN_WITH_EXTENSION) or "naa.5000..." (sysfs' wwid).
 */
const char *identity_from_naa(struct arena *arena, const char *text);

/*
 * From an NVMe namespace's eui64 (as a number: smartctl's oui << 40 | ext_id), else its nguid (16
 * bytes, may be NULL): "eui." and 16 or 32 hex digits. The eui64 comes first, unlike in the
 * kernel's wwid, as it is the one that smartctl tells as well.
 */
const char *identity_from_nvme(struct arena *arena, uint64_t eui64, const uint8_t nguid[16]);

/*
 * "model_serial" as udev's ID_SERIAL has it for ATA disks: in each part outer white space is cut
 * off, runs of it become one '_', and what is not allowed in a device node's name becomes '_'. ""
 * without a serial; the serial alone where there is no model (virtio). A SCSI disk's model is
 * "VENDOR PRODUCT", smartctl's "scsi_model_name".
 */
const char *identity_from_model_serial(struct arena *arena, const char *model, const char *serial);

/* text with udev's replacements, see above (udev_replace_whitespace(), udev_replace_chars()). */
char *identity_replace(struct arena *arena, const char *text);

/* What a disk says of itself, each "" where it does not, outer white space cut off. */
struct identity {
    const char *disk; /* the identity, "" where wwn and serial are not known */
    const char *model, *serial, *firmware, *wwn;
};

/* From the 512 bytes of IDENTIFY DEVICE (ACS: words 10-19, 23-26, 27-46, 87, 108-111). */
void identity_from_ata(struct arena *arena, const uint8_t identify[512], struct identity *identity);

/* More than any standard gives a model or a serial number. */
enum { IDENTITY_MAX = 256 };

/*
 * Printable text of at most length bytes, and no more than IDENTITY_MAX, up to a NUL, outer white
 * space cut off.
 */
char *identity_text(struct arena *arena, const char *bytes, size_t length);

#endif
