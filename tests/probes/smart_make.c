/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/probes/smart_make.h"

#include <stdbool.h>
#include <string.h>

static uint8_t *chunk(uint8_t *at, const char *tag, unsigned length)
{
    memcpy(at, tag, 4);
    at[4] = at[5] = 0;
    at[6] = (uint8_t)(length >> 8);
    at[7] = (uint8_t)length;
    memset(at + 8, 0, length);
    return at + 8;
}

static void word(uint8_t *page, int n, uint64_t value)
{
    page[2 * n] = (uint8_t)value;
    page[2 * n + 1] = (uint8_t)(value >> 8);
}

static void text(uint8_t *page, int first, int words, const char *value)
{
    bool ended = false;
    for (int i = 0; i < 2 * words; i++) {
        ended = ended || !value[i];
        page[2 * first + (i ^ 1)] = (uint8_t)(ended ? ' ' : value[i]);
    }
}

static void identify(uint8_t *page, const struct smart_made *disk)
{
    text(page, 10, 10, disk->serial);
    text(page, 23, 4, disk->firmware);
    text(page, 27, 20, disk->model);
    word(page, 82, 1);      /* SMART is there */
    word(page, 83, 0x4400); /* 48-bit addresses */
    word(page, 85, 1);      /* SMART is on */
    word(page, 87, disk->wwn ? 0x4100 : 0x4000);
    for (int i = 0; i < 4; i++) {
        word(page, 100 + i, disk->sectors >> (16 * i));
        word(page, 108 + i, disk->wwn >> (48 - 16 * i));
    }
    word(page, 217, disk->rate);
}

static void rows(uint8_t *data, uint8_t *thresholds, const struct smart_row *row)
{
    for (int n = 0; n < 30 && row[n].id; n++) {
        uint8_t *at = data + 2 + 12 * n;
        at[0] = thresholds[2 + 12 * n] = row[n].id;
        at[1] = 0x33;
        at[3] = row[n].value;
        at[4] = row[n].worst;
        for (int i = 0; i < 6; i++)
            at[5 + i] = (uint8_t)(row[n].raw >> (8 * i));
        thresholds[2 + 12 * n + 1] = row[n].threshold;
    }
}

/* The last byte makes the sum of all 0: ACS, SMART READ DATA. */
static void sum_up(uint8_t *page)
{
    uint8_t sum = 0;
    for (int i = 0; i < 511; i++)
        sum = (uint8_t)(sum + page[i]);
    page[511] = (uint8_t)-sum;
}

size_t smart_make(const struct smart_made *disk, uint8_t bytes[SMART_MADE_MAX])
{
    uint8_t *page = chunk(bytes, "IDFY", 512);
    identify(page, disk);
    if (disk->status >= 0)
        (page = chunk(page + 512, "SMST", 4))[3] = (uint8_t)disk->status;
    uint8_t *data = chunk(page + (disk->status >= 0 ? 4 : 512), "SMDT", 512);
    uint8_t *thresholds = chunk(data + 512, "SMTH", 512);
    rows(data, thresholds, disk->rows);
    sum_up(data);
    return (size_t)(thresholds + 512 - bytes);
}
