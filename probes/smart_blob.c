/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/smart_blob.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "probes/identity.h"
#include "probes/smart_ata.h"

enum { PAGE = 512, HEAD = 8, MAX_ATTRIBUTES = 30, ROW = 12 };

enum { IDENTIFY, DATA, THRESHOLDS, STATUS, CHUNKS };

static const struct chunk {
    char tag[5];
    size_t length;
    bool needed;
} chunks[CHUNKS] = {
    [IDENTIFY] = {"IDFY", PAGE, true},
    [DATA] = {"SMDT", PAGE, true},
    [THRESHOLDS] = {"SMTH", PAGE, false},
    [STATUS] = {"SMST", 4, false},
};

/* The chunks' contents by their place in chunks[], NULL where there is none. */
struct frame {
    const uint8_t *content[CHUNKS];
};

static int frame_chunk(const uint8_t *at, size_t left, size_t offset, struct frame *frame,
                       struct error *e)
{
    uint32_t length;
    if (left < HEAD)
        return error_set(e, -EINVAL, "byte %zu: the blob ends within a chunk's head", offset);
    memcpy(&length, at + 4, sizeof length);
    length = ntohl(length);
    if (length > left - HEAD)
        return error_set(e, -EINVAL, "byte %zu: a chunk of %u bytes where %zu are left", offset,
                         length, left - HEAD);
    for (size_t i = 0; i < CHUNKS; i++) {
        if (memcmp(at, chunks[i].tag, 4) != 0)
            continue;
        if (length != chunks[i].length || frame->content[i])
            return error_set(e, -EINVAL, "byte %zu: chunk %s is there twice or has a wrong size",
                             offset, chunks[i].tag);
        frame->content[i] = at + HEAD;
        return (int)(HEAD + length);
    }
    return error_set(e, -EINVAL, "byte %zu: not a chunk of a SMART blob", offset);
}

static int frame_blob(const void *blob, size_t size, struct frame *frame, struct error *e)
{
    *frame = (struct frame){0};
    if (size > SMART_BLOB_MAX)
        return error_set(e, -EINVAL, "%zu bytes are too many for a SMART blob", size);
    for (size_t offset = 0; offset < size;) {
        int taken = frame_chunk((const uint8_t *)blob + offset, size - offset, offset, frame, e);
        if (taken < 0)
            return taken;
        offset += (size_t)taken;
    }
    for (size_t i = 0; i < CHUNKS; i++)
        if (chunks[i].needed && !frame->content[i])
            return error_set(e, -EINVAL, "a SMART blob without its chunk %s", chunks[i].tag);
    return 0;
}

int smart_blob_check(const void *blob, size_t size, struct error *e)
{
    struct frame frame;
    return frame_blob(blob, size, &frame, e);
}

static uint16_t identify_word(const uint8_t *identify, int n)
{
    return (uint16_t)(identify[2 * n] | identify[2 * n + 1] << 8);
}

static uint64_t identify_words(const uint8_t *identify, int first, int count)
{
    uint64_t value = 0;
    for (int i = count - 1; i >= 0; i--)
        value = value << 16 | identify_word(identify, first + i);
    return value;
}

/* ACS-4, 7.13 IDENTIFY DEVICE: the words that tell who the disk is. */
static void take_identify(const uint8_t *page, struct arena *arena, struct smart_facts *facts)
{
    struct identity identity;
    identity_from_ata(arena, page, &identity);
    facts->disk = identity.disk;
    facts->serial = identity.serial;
    facts->firmware = identity.firmware;
    facts->model = identity.model;
    facts->wwn = identity.wwn;
    facts->bus = "ata";
    uint16_t sets = identify_word(page, 83);
    uint64_t sectors =
        (sets & 0xc400) == 0x4400 ? identify_words(page, 100, 4) : identify_words(page, 60, 2);
    /* words 117 and 118: a logical sector longer than 256 words (106, bit 12) */
    uint16_t layout = identify_word(page, 106);
    uint64_t words = (layout & 0xd000) == 0x5000 ? identify_words(page, 117, 2) : 256;
    facts->bytes = sectors < UINT64_C(1) << 48 ? sectors * 2 * words : 0;
    uint16_t rate = identify_word(page, 217);
    facts->rotational = rate == 1 ? 0 : rate > 0x400 && rate < 0xffff ? 1 : -1;
}

static bool has(const struct smart_facts *facts, uint8_t id)
{
    for (size_t i = 0; i < facts->attribute_count; i++)
        if (facts->attributes[i].id == id)
            return true;
    return false;
}

/* READ THRESHOLDS has them in the same order, but nothing says so. */
static int threshold_of(const uint8_t *page, uint8_t id)
{
    for (int i = 0; page && i < MAX_ATTRIBUTES; i++)
        if (page[2 + ROW * i] == id)
            return page[2 + ROW * i + 1];
    return -1;
}

/* SMART READ DATA: 30 rows of id, flags (2 bytes), value, worst, raw (6 bytes), reserved. */
static void take_attributes(const uint8_t *data, const uint8_t *thresholds, struct arena *arena,
                            struct smart_facts *facts)
{
    facts->attributes = ARENA_ARRAY(arena, struct smart_attribute, MAX_ATTRIBUTES);
    for (int i = 0; i < MAX_ATTRIBUTES; i++) {
        const uint8_t *row = data + 2 + ROW * i;
        uint64_t raw = 0;
        if (row[0] == 0 || row[0] == 0xff || has(facts, row[0])) /* 0xff: nobody answered */
            continue;
        for (int k = 5; k >= 0; k--)
            raw = raw << 8 | row[5 + k];
        facts->attributes[facts->attribute_count++] = (struct smart_attribute){
            .id = row[0],
            .value = row[3],
            .worst = row[4],
            .threshold = threshold_of(thresholds, row[0]),
            .raw = raw,
            .name = smart_ata_name(row[0], facts->rotational),
        };
    }
}

bool smart_blob_sound(const void *blob, size_t size)
{
    struct frame frame;
    if (frame_blob(blob, size, &frame, NULL) < 0)
        return false;
    uint8_t sum = 0;
    for (size_t i = 0; i < PAGE; i++)
        sum = (uint8_t)(sum + frame.content[DATA][i]);
    return sum == 0;
}

int smart_blob_facts(const void *blob, size_t size, const struct smart_facts *names,
                     struct arena *arena, struct smart_facts *facts, struct error *e)
{
    struct frame frame;
    smart_facts_init(facts);
    int code = frame_blob(blob, size, &frame, e);
    if (frame.content[IDENTIFY])
        take_identify(frame.content[IDENTIFY], arena, facts);
    if (code < 0)
        return code;
    const uint8_t *status = frame.content[STATUS];
    if (status)
        facts->number[SMART_HEALTHY] = status[0] || status[1] || status[2] || status[3];
    take_attributes(frame.content[DATA], frame.content[THRESHOLDS], arena, facts);
    if (names)
        smart_facts_rename(facts, names);
    smart_ata_decode(facts);
    smart_facts_doubt(facts, arena);
    return 0;
}
