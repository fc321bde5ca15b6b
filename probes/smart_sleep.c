/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/smart_sleep.h"

enum {
    FIXED = 0x70,
    DESCRIPTOR = 0x72,
    ATA_RETURN = 0x09, /* descriptor type */
    NOT_READY = 2,
    LOW_POWER = 0x5e,
    STOPPED = 0x04,
};

enum smart_sleep smart_sleep_from_ata(uint8_t count)
{
    /* 00 standby_z, 01 standby_y; idle modes (80 to 83) answer without spinning up */
    return count <= 0x01 ? SMART_SLEEPS : SMART_AWAKE;
}

int smart_sleep_ata_count(const uint8_t *sense, size_t length)
{
    if (length >= 22 && (sense[0] & 0x7f) == DESCRIPTOR && sense[8] == ATA_RETURN && sense[9] == 12)
        return sense[13];
    /* fixed format: the count stands in the information field, 00h/1Dh says what this is */
    if (length >= 14 && (sense[0] & 0x7f) == FIXED && sense[12] == 0x00 && sense[13] == 0x1d)
        return sense[6];
    return -1;
}

enum smart_sleep smart_sleep_from_sense(const uint8_t *sense, size_t length)
{
    int key, asc, ascq;
    if (length >= 14 && (sense[0] & 0x7e) == FIXED) {
        key = sense[2] & 0xf;
        asc = sense[12];
        ascq = sense[13];
    } else if (length >= 4 && (sense[0] & 0x7e) == DESCRIPTOR) {
        key = sense[1] & 0xf;
        asc = sense[2];
        ascq = sense[3];
    } else {
        return SMART_SLEEP_UNKNOWN;
    }
    if (asc == LOW_POWER) /* 02, 04 standby_z, 09, 0a standby_y; the others are idle */
        return ascq == 0x02 || ascq == 0x04 || ascq == 0x09 || ascq == 0x0a ? SMART_SLEEPS
                                                                            : SMART_AWAKE;
    /* 04h/02h: stopped, needs START UNIT */
    return key == NOT_READY && asc == STOPPED && ascq == 0x02 ? SMART_SLEEPS : SMART_AWAKE;
}
