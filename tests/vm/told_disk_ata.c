/* SPDX-License-Identifier: Apache-2.0 */
/* What an ATA disk with SMART says: numbers of words and bytes as in ACS-3. */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "tests/vm/told_disk.h"

enum { ATTRIBUTES = 30, SELFTESTS = 21 };

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static void put_ata_text(uint8_t *at, size_t size, const char *text)
{
    told_put_text(at, size, text);
    for (size_t i = 0; i < size; i += 2) {
        uint8_t first = at[i];
        at[i] = at[i + 1];
        at[i + 1] = first;
    }
}

static void put_checksum(uint8_t *page)
{
    unsigned sum = 0;
    for (int i = 0; i < TOLD_SECTOR - 1; i++)
        sum += page[i];
    page[TOLD_SECTOR - 1] = (uint8_t)-sum;
}

void told_identify(const struct told *told, uint8_t *page)
{
    static const struct {
        int word;
        unsigned value;
    } words[] = {
        {0, 0x0040},  {47, 0x8001}, {49, 0x0300}, {50, 0x4000}, {53, 0x0006},
        {76, 0x0006}, {80, 0x01f0}, {82, 0x4021}, {83, 0x7400}, {84, 0x4103},
        {85, 0x4021}, {86, 0x3400}, {87, 0x4103}, {217, 7200},  {222, 0x101f},
    };
    memset(page, 0, TOLD_SECTOR);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        put16(page + (size_t)2 * (size_t)words[i].word, words[i].value);
    put_ata_text(page + 20, 20, told->serial);
    put_ata_text(page + 46, 8, told->firmware);
    put_ata_text(page + 54, 40, told->model);
    for (int i = 0; i < 4; i++) {
        if (i < 2)
            put16(page + 120 + (ptrdiff_t)2 * i, (unsigned)(told->sectors >> (16 * i)));
        put16(page + 200 + (ptrdiff_t)2 * i, (unsigned)(told->sectors >> (16 * i)));
        put16(page + 216 + (ptrdiff_t)2 * i, (unsigned)(told->wwn >> (48 - 16 * i)));
    }
    page[510] = 0xa5;
    put_checksum(page);
}

static void put_attribute(uint8_t *at, const int field[5], uint64_t raw, bool thresholds)
{
    at[0] = (uint8_t)field[0];
    if (thresholds) {
        at[1] = (uint8_t)field[4];
        return;
    }
    put16(at + 1, (unsigned)field[1]);
    at[3] = (uint8_t)field[2];
    at[4] = (uint8_t)field[3];
    for (int i = 0; i < 6; i++)
        at[5 + i] = (uint8_t)(raw >> (8 * i));
}

static void smart_data(const struct told *told, uint8_t *page, bool thresholds)
{
    int field[5];
    uint64_t raw;
    memset(page, 0, TOLD_SECTOR);
    put16(page, 16);
    FILE *file = told_file(told, "attributes");
    for (int i = 0; file && i < ATTRIBUTES; i++) {
        if (fscanf(file, "%i %i %i %i %i %" SCNu64, &field[0], &field[1], &field[2], &field[3],
                   &field[4], &raw) != 6)
            break;
        put_attribute(page + 2 + (ptrdiff_t)12 * i, field, raw, thresholds);
    }
    if (file)
        fclose(file);
    if (!thresholds) {
        page[367] = 0x1b; /* it can test itself, short and extended, and off-line */
        page[368] = 3;
        page[370] = 1; /* and has logs */
        page[372] = 2;
        page[373] = 90;
    }
    put_checksum(page);
}

static void selftest_log(const struct told *told, uint8_t *page)
{
    unsigned type, status, hours, count = 0;
    FILE *file = told_file(told, "selftests");
    put16(page, 1);
    while (file && count < SELFTESTS && fscanf(file, "%u %u %u", &type, &status, &hours) == 3) {
        uint8_t *entry = page + 2 + (size_t)24 * count++;
        entry[0] = (uint8_t)type;
        entry[1] = (uint8_t)(status << 4);
        put16(entry + 2, hours);
    }
    if (file)
        fclose(file);
    page[508] = (uint8_t)count;
}

/* The newest entry is an UNC of READ DMA, at sector 0x1234. */
static void error_log(const struct told *told, uint8_t *page)
{
    unsigned count = told_number(told, "errors");
    page[0] = 1;
    put16(page + 452, count);
    if (!count)
        return;
    page[1] = 1;
    page[2 + 48 + 7] = 0xc8;
    uint8_t *error = page + 2 + 60;
    error[1] = 0x40;
    error[2] = 8;
    error[3] = 0x34;
    error[4] = 0x12;
    error[6] = 0xe0;
    error[7] = 0x51;
    error[27] = 3;
    put16(error + 28, 23000);
}

static bool smart_log(const struct told *told, uint8_t address, uint8_t *page)
{
    memset(page, 0, TOLD_SECTOR);
    switch (address) {
    case 0: /* which logs there are, and of how many pages */
        put16(page, 1);
        page[2 * 1] = 1;
        page[2 * 6] = 1;
        return true;
    case 1:
        error_log(told, page);
        break;
    case 6:
        selftest_log(told, page);
        break;
    default:
        return false;
    }
    put_checksum(page);
    return true;
}

static bool abort_command(struct told_registers *r)
{
    *r = (struct told_registers){.error = 4, .status = 0x51};
    return false;
}

/* The SMART command, by its feature. */
static bool smart(const struct told *told, struct told_registers *r, uint8_t *page)
{
    if (r->middle != 0x4f || r->high != 0xc2)
        return abort_command(r);
    switch (r->feature) {
    case 0xd0: /* READ DATA */
        smart_data(told, page, false);
        return true;
    case 0xd1: /* READ THRESHOLDS */
        smart_data(told, page, true);
        return true;
    case 0xd5: /* READ LOG */
        return smart_log(told, r->low, page) || abort_command(r);
    case 0xda: /* RETURN STATUS */
        if (told_is(told, "failing")) {
            r->middle = 0xf4;
            r->high = 0x2c;
        }
        return false;
    case 0xd2: /* ATTRIBUTE AUTOSAVE, ENABLE and DISABLE OPERATIONS */
    case 0xd8:
    case 0xd9:
        return false;
    default:
        return abort_command(r);
    }
}

bool told_ata(const struct told *told, struct told_registers *r, uint8_t *page)
{
    usleep(told_number(told, "slow") * 1000);
    r->status = 0x50;
    switch (r->command) {
    case 0xec:
        told_identify(told, page);
        return true;
    case 0xe5: /* CHECK POWER MODE: it runs */
        r->count = 0xff;
        return false;
    case 0xb0:
        return smart(told, r, page);
    default:
        return abort_command(r);
    }
}
