/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/smart_blob.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <atasmart.h>

#include "probes/identity.h"
#include "probes/smart_ata.h"

enum { PAGE = 512, HEAD = 8, MAX_ATTRIBUTES = 30 };

static const struct chunk {
    char tag[5];
    size_t length;
    bool needed;
} chunks[] = {
    {"IDFY", PAGE, true},
    {"SMDT", PAGE, true},
    {"SMTH", PAGE, false},
    {"SMST", 4, false},
};

enum { CHUNKS = sizeof chunks / sizeof chunks[0] };

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

struct gather {
    struct smart_facts *facts;
    struct smart_units *units;
};

/* What libatasmart, which knows models on which an attribute is something else, makes of it. */
static enum smart_unit unit_of(const SkSmartAttributeParsedData *a)
{
    static const struct {
        const char *name;
        enum smart_unit unit;
    } by_name[] = {
        {"power-on-minutes", SMART_UNIT_MINUTES},
        {"power-on-seconds", SMART_UNIT_SECONDS},
        {"power-on-half-minutes", SMART_UNIT_HALF_MINUTES},
        {"temperature-centi-celsius", SMART_UNIT_TENTH_CELSIUS},
    };
    char unknown[32];
    snprintf(unknown, sizeof unknown, "attribute-%u", (unsigned)a->id);
    if (!a->name || strcmp(a->name, unknown) == 0)
        return a->id == 5 || a->id == 9 || a->id == 190 || a->id == 194 || a->id == 197 ||
                       a->id == 198
                   ? SMART_UNIT_NOTHING
                   : SMART_UNIT_DEFAULT;
    for (size_t i = 0; i < sizeof by_name / sizeof by_name[0]; i++)
        if (strcmp(a->name, by_name[i].name) == 0)
            return by_name[i].unit;
    return SMART_UNIT_DEFAULT;
}

static void take_attribute(SkDisk *disk, const SkSmartAttributeParsedData *a, void *arg)
{
    struct gather *gather = arg;
    struct smart_facts *facts = gather->facts;
    (void)disk;
    if (facts->attribute_count == MAX_ATTRIBUTES)
        return;
    uint64_t raw = 0;
    for (int i = 5; i >= 0; i--)
        raw = raw << 8 | a->raw[i];
    gather->units->of[a->id] = unit_of(a);
    facts->attributes[facts->attribute_count++] = (struct smart_attribute){
        .id = a->id,
        .value = a->current_value,
        .worst = a->worst_value,
        .threshold = a->threshold_valid ? a->threshold : -1,
        .raw = raw,
        .name = smart_ata_name(a->id, facts->rotational),
    };
}

static int parse(SkDisk *disk, const struct smart_facts *names, struct arena *arena,
                 struct smart_facts *facts, struct error *e)
{
    SkBool good;
    struct smart_units units = {0};
    struct gather gather = {facts, &units};
    facts->attributes = ARENA_ARRAY(arena, struct smart_attribute, MAX_ATTRIBUTES);
    if (sk_disk_smart_parse_attributes(disk, take_attribute, &gather) < 0)
        return error_set(e, -EINVAL, "libatasmart reads no attributes: %s", error_name(errno));
    if (sk_disk_smart_status(disk, &good) == 0)
        facts->number[SMART_HEALTHY] = good ? 1 : 0;
    if (names)
        smart_facts_rename(facts, names);
    smart_ata_decode(facts, &units);
    return 0;
}

int smart_blob_facts(const void *blob, size_t size, const struct smart_facts *names,
                     struct arena *arena, struct smart_facts *facts, struct error *e)
{
    struct frame frame;
    SkDisk *disk;
    smart_facts_init(facts);
    int code = frame_blob(blob, size, &frame, e);
    if (frame.content[0])
        take_identify(frame.content[0], arena, facts);
    if (code < 0)
        return code;
    if (sk_disk_open(NULL, &disk) < 0)
        return error_set(e, -ENOMEM, "libatasmart: %s", error_name(errno));
    if (sk_disk_set_blob(disk, blob, size) < 0)
        code = error_set(e, -EINVAL, "libatasmart does not take it: %s", error_name(errno));
    else
        code = parse(disk, names, arena, facts, e);
    sk_disk_free(disk);
    return code;
}

static int take_blob(SkDisk *disk, struct arena *arena, void **copy, size_t *size, struct error *e)
{
    SkBool available = 0;
    const void *blob;
    if (sk_disk_smart_is_available(disk, &available) < 0 || !available)
        return error_set(e, -EOPNOTSUPP, "no ATA disk with SMART");
    if (sk_disk_smart_read_data(disk) < 0)
        return error_set(e, -EIO, "SMART READ DATA: %s", error_name(errno));
    if (sk_disk_get_blob(disk, &blob, size) < 0)
        return error_set(e, -EIO, "libatasmart gives no blob: %s", error_name(errno));
    *copy = arena_alloc(arena, *size);
    memcpy(*copy, blob, *size);
    return 0;
}

int smart_blob_ask(const char *device, struct arena *arena, void **blob, size_t *size,
                   struct error *e)
{
    SkDisk *disk;
    if (sk_disk_open(device, &disk) < 0) {
        int code = errno == EACCES || errno == EPERM || errno == ENOENT || errno == ENXIO
                       ? -errno
                       : -EOPNOTSUPP;
        return error_set(e, code, "open %s: %s", device, error_name(errno));
    }
    int code = take_blob(disk, arena, blob, size, e);
    sk_disk_free(disk);
    return code;
}
