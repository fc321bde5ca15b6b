/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PROBES_SMART_MAKE_H
#define TESTS_PROBES_SMART_MAKE_H

#include <stddef.h>
#include <stdint.h>

/* An attribute as it stands in SMART READ DATA and READ THRESHOLDS; id 0 ends a list. */
struct smart_row {
    uint8_t id, value, worst, threshold;
    uint64_t raw;
};

/* A disk to make a blob of, as libatasmart would save it. */
struct smart_made {
    const char *model, *serial, *firmware;
    uint64_t wwn, sectors;
    uint16_t rate; /* of IDENTIFY: 1 does not rotate, else rounds a minute */
    int status;    /* 1 good, 0 failing, -1: no chunk SMST */
    struct smart_row rows[30];
};

enum { SMART_MADE_MAX = 2048 };

/* Fills bytes and returns how many. */
size_t smart_make(const struct smart_made *disk, uint8_t bytes[SMART_MADE_MAX]);

#endif
