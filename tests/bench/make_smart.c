/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SMART of one disk, in sectors as ATA has them (ACS-3, SFF-8035i), twice: as libatasmart's blob,
 * chunks of a name, a big-endian length and the bytes, and as what "smartctl -r ioctl,2" prints.
 */
#include "tests/bench/make_host.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { SECTOR = 512 };

struct smart {
    uint8_t identify[SECTOR], values[SECTOR], thresholds[SECTOR];
};

struct attribute {
    uint8_t id, flags, value, threshold;
    uint32_t raw;
};

static const struct attribute attributes[] = {
    {1, 0x0b, 100, 16, 0},   {2, 0x05, 135, 54, 84},  {3, 0x07, 140, 24, 435},
    {4, 0x12, 100, 0, 31},   {5, 0x33, 100, 5, 0},    {7, 0x0b, 100, 67, 0},
    {8, 0x05, 119, 20, 35},  {9, 0x12, 97, 0, 26280}, {10, 0x13, 100, 60, 0},
    {12, 0x32, 100, 0, 31},  {192, 0x32, 100, 0, 40}, {193, 0x12, 100, 0, 40},
    {194, 0x02, 171, 0, 35}, {196, 0x32, 100, 0, 0},  {197, 0x22, 100, 0, 0},
    {198, 0x08, 100, 0, 0},  {199, 0x0a, 200, 0, 0},
};

static void set_word(uint8_t *sector, unsigned word, unsigned value)
{
    sector[2 * word] = (uint8_t)value;
    sector[2 * word + 1] = (uint8_t)(value >> 8);
}

/* ATA has text with the bytes of each word swapped and blanks to the right. */
static void set_text(uint8_t *sector, unsigned word, unsigned words, const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < 2 * words; i++)
        sector[(2 * word + i) ^ 1] = (uint8_t)(i < length ? text[i] : ' ');
}

static void make_identify(uint8_t *sector, unsigned number)
{
    static const unsigned words[][2] = {
        {0, 0x0040},   {49, 0x2f00},  {80, 0x03f0},  {82, 0x746b},  {83, 0x7d61},
        {84, 0x4163},  {85, 0x7469},  {86, 0xbc41},  {87, 0x4163},  {88, 0x407f},
        {76, 0x870e},  {78, 0x005e},  {100, 0xbeb0}, {101, 0xd1c0}, {102, 0x0001},
        {103, 0x0000}, {106, 0x6003}, {217, 7200},   {222, 0x107f},
    };
    char serial[16];
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        set_word(sector, words[i][0], words[i][1]);
    snprintf(serial, sizeof(serial), BENCH_SERIAL, number % 100000);
    set_text(sector, 10, 10, serial);
    set_text(sector, 23, 4, BENCH_FIRMWARE);
    set_text(sector, 27, 20, BENCH_MODEL);
    for (unsigned i = 0; i < 4; i++)
        set_word(sector, 108 + i, (unsigned)(BENCH_WWN(number) >> (48 - 16 * i)) & 0xffff);
}

static void set_checksum(uint8_t *sector)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < SECTOR - 1; i++)
        sum = (uint8_t)(sum + sector[i]);
    sector[SECTOR - 1] = (uint8_t)-sum;
}

/* One disk in twelve has pending sectors, so that there is something to say. */
static void make_attributes(struct smart *smart, unsigned number)
{
    smart->values[0] = smart->thresholds[0] = 16;
    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
        const struct attribute *a = &attributes[i];
        uint8_t *value = smart->values + 2 + 12 * i, *threshold = smart->thresholds + 2 + 12 * i;
        uint32_t raw = a->id == 197 && number % 12 == 3 ? 8 : a->raw;
        value[0] = threshold[0] = a->id;
        value[1] = a->flags;
        value[3] = value[4] = a->value;
        threshold[1] = a->threshold;
        for (unsigned byte = 0; byte < 4; byte++)
            value[5 + byte] = (uint8_t)(raw >> (8 * byte));
    }
    smart->values[362] = 0x82; /* off-line data collected */
    smart->values[367] = 0x5b; /* what it can do */
    smart->values[368] = 0x03;
    smart->values[370] = 0x01; /* error logging */
    smart->values[372] = 1;    /* minutes of a short test */
    smart->values[373] = 255;
    set_checksum(smart->values);
    set_checksum(smart->thresholds);
}

static void put_chunk(FILE *file, const char *name, const uint8_t *bytes, size_t size)
{
    uint8_t length[4] = {0, 0, (uint8_t)(size >> 8), (uint8_t)size};
    fwrite(name, 1, 4, file);
    fwrite(length, 1, sizeof(length), file);
    fwrite(bytes, 1, size, file);
}

static void put_command(FILE *file, const char *command, const uint8_t *sector)
{
    fprintf(file, "REPORT-IOCTL: Device=/dev/sda Command=%s\n", command);
    fprintf(file, "REPORT-IOCTL: Device=/dev/sda Command=%s returned 0\n\n", command);
    if (sector == NULL)
        return;
    fprintf(file, "===== [%s] DATA START (BASE-16) =====\n", command);
    for (unsigned row = 0; row < SECTOR; row += 16) {
        fprintf(file, "%03u-%03u:", row, row + 15);
        for (unsigned i = 0; i < 16; i++)
            fprintf(file, " %02x", sector[row + i]);
        fputs(" |................|\n", file);
    }
    fprintf(file, "===== [%s] DATA END (512 Bytes) =====\n\n\n", command);
}

void put_smart(const char *root, unsigned number)
{
    static const uint8_t good[4] = {0, 0, 0, 1};
    struct smart smart = {0};
    char directory[512], name[8], file_name[16];
    make_identify(smart.identify, number);
    make_attributes(&smart, number);
    disk_name(number, name);

    snprintf(directory, sizeof(directory), "%s/smart", root);
    snprintf(file_name, sizeof(file_name), "%s.blob", name);
    FILE *blob = create(directory, file_name);
    put_chunk(blob, "IDFY", smart.identify, SECTOR);
    put_chunk(blob, "SMST", good, sizeof(good));
    put_chunk(blob, "SMDT", smart.values, SECTOR);
    put_chunk(blob, "SMTH", smart.thresholds, SECTOR);
    finish(blob);

    snprintf(directory, sizeof(directory), "%s/ioctl", root);
    snprintf(file_name, sizeof(file_name), "%s.txt", name);
    FILE *text = create(directory, file_name);
    fputs("smartctl replay\n\n\n", text);
    put_command(text, "IDENTIFY DEVICE", smart.identify);
    put_command(text, "SMART STATUS CHECK", NULL);
    put_command(text, "SMART READ ATTRIBUTE VALUES", smart.values);
    put_command(text, "SMART READ ATTRIBUTE THRESHOLDS", smart.thresholds);
    finish(text);
}
