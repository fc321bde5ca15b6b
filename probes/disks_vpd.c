/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/disks_vpd.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { HEADER = 4, IDENTIFY_AT = 60, IDENTIFY_BYTES = 512, COMMAND_AT = 56 };
enum { ATA_MODEL = 40, ATA_SERIAL = 20, T10_VENDOR = 8 };

/* Bytes of the page's body that are there: what its header says, or less where it is cut short. */
static size_t body_length(const char *page, size_t length, unsigned char code)
{
    const unsigned char *bytes = (const unsigned char *)page;
    if (length < HEADER || bytes[1] != code)
        return 0;
    size_t said = (size_t)bytes[2] << 8 | bytes[3];
    return said < length - HEADER ? said : length - HEADER;
}

const char *vpd_serial(struct arena *arena, const char *page, size_t length)
{
    return identity_text(arena, page + HEADER, body_length(page, length, 0x80));
}

/* A designator of page 0x83: the association is bits 5:4 of the second byte, the type bits 3:0. */
struct designator {
    unsigned association, type;
    const unsigned char *data;
    size_t length;
};

static int next_designator(const char *page, size_t end, size_t *at, struct designator *d)
{
    const unsigned char *bytes = (const unsigned char *)page + *at;
    if (end < HEADER || *at > end - HEADER || bytes[3] > end - *at - HEADER)
        return 0;
    *d = (struct designator){
        .association = bytes[1] >> 4 & 3,
        .type = bytes[1] & 15,
        .data = bytes + HEADER,
        .length = bytes[3],
    };
    *at += HEADER + d->length;
    return 1;
}

enum { TYPE_T10 = 1, TYPE_NAA = 3 };

/* The first designator of that type that is the logical unit's, not a port's or target's. */
static int find_designator(const char *page, size_t length, unsigned type, struct designator *d)
{
    size_t end = body_length(page, length, 0x83) + HEADER;
    if (length < HEADER)
        return 0;
    for (size_t at = HEADER; next_designator(page, end, &at, d);)
        if (d->association == 0 && d->type == type)
            return 1;
    return 0;
}

const char *vpd_naa(struct arena *arena, const char *page, size_t length)
{
    struct designator d;
    char text[2 + 2 * 16 + 1] = "0x";
    if (!find_designator(page, length, TYPE_NAA, &d) || d.length > 16)
        return "";
    for (size_t i = 0; i < d.length; i++)
        snprintf(text + 2 + 2 * i, 3, "%02x", d.data[i]);
    return identity_from_naa(arena, text);
}

const char *vpd_t10(struct arena *arena, const char *page, size_t length)
{
    struct designator d;
    if (!find_designator(page, length, TYPE_T10, &d))
        return "";
    return arena_strndup(arena, (const char *)d.data, strnlen((const char *)d.data, d.length));
}

void vpd_split_t10(struct arena *arena, const char *t10, struct identity *identity)
{
    *identity = (struct identity){"", "", "", "", ""};
    if (strncmp(t10, "t10.", 4) == 0)
        t10 += 4;
    if (strncmp(t10, "ATA     ", T10_VENDOR) != 0 || strlen(t10) <= T10_VENDOR + ATA_MODEL)
        return;
    identity->model = identity_text(arena, t10 + T10_VENDOR, ATA_MODEL);
    identity->serial = identity_text(arena, t10 + T10_VENDOR + ATA_MODEL, ATA_SERIAL);
    identity->disk = identity_from_model_serial(arena, identity->model, identity->serial);
}

const unsigned char *vpd_identify(const char *page, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)page;
    /* The command that fetched the data: 0xec IDENTIFY DEVICE (0xa1 is the one of ATAPI). */
    if (body_length(page, length, 0x89) + HEADER < IDENTIFY_AT + IDENTIFY_BYTES ||
        bytes[COMMAND_AT] != 0xec)
        return NULL;
    return bytes + IDENTIFY_AT;
}
