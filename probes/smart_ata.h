/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_SMART_ATA_H
#define PROBES_SMART_ATA_H

#include "probes/smart_facts.h"

/*
 * smartmontools' name for an attribute of a disk that is not in its database, which depends on
 * whether the disk rotates (1, 0, -1: not known). Never NULL.
 */
const char *smart_ata_name(uint8_t id, int rotational);

/*
 * Makes the plain numbers out of facts->attributes (whose names must be set), taking packed words
 * apart; fills each attribute's decoded too. Looks at facts->model, firmware, bytes and rotational,
 * as some disks count other things than their like. Numbers that are there already stay.
 *
 * An attribute is believed to be what its id stands for only while its name says so: smartctl's
 * database knows the disks on which 198 is "Host_Reads_GiB".
 */
void smart_ata_decode(struct smart_facts *facts);

/* What an attribute counts on a disk that is different; SMART_UNIT_DEFAULT: the usual. */
enum smart_unit {
    SMART_UNIT_DEFAULT,
    SMART_UNIT_NOTHING, /* not what its id stands for */
    SMART_UNIT_SECONDS,
    SMART_UNIT_HALF_MINUTES,
    SMART_UNIT_MINUTES,
    SMART_UNIT_TENTH_CELSIUS,
};

enum smart_unit smart_ata_unit(const char *model, const char *firmware, uint8_t id);

#endif
