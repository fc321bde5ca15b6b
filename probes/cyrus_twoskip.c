/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/cyrus_twoskip.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "probes/cyrus_crc.h"
#include "probes/cyrus_index.h"
#include "probes/cyrus_twoskip_links.h"

enum {
    MAGIC = 20,
    HEADER = 64,
    CRC_AT = 60,
    ALIGN = 8,
    HEAD_MAX = 8 + 16 + 8 * (TWOSKIP_LEVELS + 1) + 8,
    SMALLEST = 24,
};

static const uint8_t magic[MAGIC + 1] = "\241\002\213\015twoskip file\0\0\0\0";
static const char blank[ALIGN + 1] = " BLANK\007\240";

static struct mailindex_place place(const struct mailindex_file *file, uint64_t offset,
                                    uint64_t length)
{
    return (struct mailindex_place){file->name, offset, length};
}

/* ---- header ---- */

static const char *other_format(const uint8_t *at)
{
    static const char *const names[] = {"skiplist", "twom", "zeroskip"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (memcmp(at, magic, 4) == 0 && memcmp(at + 4, names[i], strlen(names[i])) == 0)
            return names[i];
    return NULL;
}

/* Most of the name is there: a few bytes of it were changed. Zeroes never begin a database. */
static bool was_twoskip(const uint8_t *at)
{
    static const uint8_t zeroes[MAGIC];
    int same = 0;
    for (int i = 0; i < MAGIC; i++)
        same += at[i] == magic[i];
    return same >= MAGIC - 6 || memcmp(at, zeroes, MAGIC) == 0;
}

static enum cyrus_database without_magic(const struct mailindex_file *file, const uint8_t *at,
                                         struct mailindex_sink *sink)
{
    const char *other = other_format(at);

    if (other)
        mailindex_report(sink, "Z08", place(file, 0, MAGIC), "the format is %s", other);
    if (other)
        return CYRUS_OTHER_DATABASE;
    if (!was_twoskip(at))
        return CYRUS_NO_DATABASE;
    mailindex_report(sink, "Z01", place(file, 0, MAGIC),
                     "expected \"twoskip file\" at its start, found something else");
    return CYRUS_BROKEN_DATABASE;
}

static bool header_is_sound(const struct mailindex_file *file, const uint8_t *at,
                            struct mailindex_sink *sink)
{
    uint32_t crc = be32(at + CRC_AT), found = (uint32_t)crc32(0, at, CRC_AT);

    if (crc == found)
        return true;
    mailindex_report(sink, "Z01", place(file, 0, HEADER), "expected CRC32 %08x, found %08x", crc,
                     found);
    return false;
}

static void check_size(const struct mailindex_file *file, const struct cyrus_twoskip *header,
                       struct mailindex_sink *sink)
{
    uint64_t wanted = header->current_size;

    if (file->size < wanted)
        mailindex_report(sink, "Z03", place(file, file->size, wanted - file->size),
                         "expected %" PRIu64 " bytes, found %" PRIu64, wanted, file->size);
    else if (header->flags & CYRUS_TWOSKIP_DIRTY)
        mailindex_report(sink, "Z02", place(file, 56, 4),
                         "a change was begun and not finished; %" PRIu64 " bytes were added",
                         file->size - wanted);
    else if (file->size > wanted)
        mailindex_report(sink, "Z04", place(file, wanted, file->size - wanted),
                         "expected %" PRIu64 " bytes, found %" PRIu64, wanted, file->size);
}

enum cyrus_database cyrus_twoskip_open(const struct mailindex_file *file,
                                       struct cyrus_twoskip *header, struct mailindex_sink *sink)
{
    struct mailindex_window window = {.file = file};
    enum cyrus_database kind = CYRUS_NO_DATABASE;
    const uint8_t *at = file->size < MAGIC ? NULL : window_at(&window, 0, MAGIC);

    *header = (struct cyrus_twoskip){0};
    if (at && memcmp(at, magic, MAGIC) != 0) {
        kind = without_magic(file, at, sink);
    } else if (at) {
        kind = CYRUS_BROKEN_DATABASE;
        at = window_at(&window, 0, HEADER);
        if (!at)
            mailindex_report(sink, "Z03", place(file, file->size, HEADER - file->size),
                             "expected a header of %d bytes, found %" PRIu64, HEADER, file->size);
        else if (header_is_sound(file, at, sink)) {
            kind = CYRUS_TWOSKIP;
            *header = (struct cyrus_twoskip){.version = be32(at + 20),
                                             .generation = be64(at + 24),
                                             .records = be64(at + 32),
                                             .current_size = be64(at + 48),
                                             .flags = be32(at + 56)};
            check_size(file, header, sink);
        }
    }
    window_free(&window);
    return kind;
}

/* ---- records ---- */

struct record {
    uint64_t head, keyval; /* bytes of each; keyval is padded */
    uint32_t tail_crc;
    struct twoskip_node node;
};

static void head_is_broken(const struct mailindex_file *file, uint64_t offset, uint64_t end,
                           const char *what, struct mailindex_sink *sink)
{
    mailindex_report(sink, "Z05", place(file, offset, end - offset),
                     "record: %s; what follows it cannot be checked", what);
}

/* The lengths, where they may be believed: 8 bytes, and longer ones behind them. */
static bool read_lengths(const uint8_t *at, struct record *record, uint64_t *head)
{
    uint64_t key = (uint64_t)at[2] << 8 | at[3], value = be32(at + 4);
    *head = 8;
    if (key == UINT16_MAX) {
        key = be64(at + *head);
        *head += 8;
    }
    if (value == UINT32_MAX) {
        value = be64(at + *head);
        *head += 8;
    }
    if (key > INT64_MAX / 4 || value > INT64_MAX / 4)
        return false;
    record->keyval = (key + value + ALIGN - 1) & ~(uint64_t)(ALIGN - 1);
    return true;
}

/* NULL: sound; else what is wrong. room: bytes at at, and left is those up to the end. */
static const char *read_head(const uint8_t *at, uint64_t room, uint64_t left, struct record *record)
{
    uint64_t head;

    if (!strchr("=+-$", at[0]) || !at[0])
        return "expected a type of = + - $";
    if (at[1] > TWOSKIP_LEVELS)
        return "expected a level of at most 31";
    if (!read_lengths(at, record, &head))
        return "expected a length of key and value that fits";
    record->node.type = at[0];
    record->node.level = at[1];
    uint64_t pointers = (uint64_t)at[1] + 1;
    if (head + 8 * pointers + 8 > room)
        return "goes past the end";
    for (uint64_t i = 0; i < pointers; i++)
        record->node.next[i] = be64(at + head + 8 * i);
    head += 8 * pointers;
    if (be32(at + head) != (uint32_t)crc32(0, at, (unsigned)head))
        return "the CRC32 of its head is wrong";
    record->tail_crc = be32(at + head + 4);
    record->head = head + 8;
    return record->keyval > left - record->head ? "goes past the end" : NULL;
}

static void check_tail(struct mailindex_window *window, uint64_t offset,
                       const struct record *record, struct mailindex_sink *sink)
{
    uint32_t found = 0;

    if (!cyrus_crc_over(window, offset + record->head, record->keyval, &found))
        return;
    if (found != record->tail_crc)
        mailindex_report(sink, "Z06", place(window->file, offset + record->head, record->keyval),
                         "key and value: expected CRC32 %08x, found %08x", record->tail_crc, found);
}

/* One record or the filling before one; its length, 0 where it is broken or could not be read. */
static uint64_t step(struct mailindex_window *window, uint64_t offset, uint64_t end,
                     struct twoskip_links *links, struct mailindex_sink *sink)
{
    uint64_t left = end - offset, room = left < HEAD_MAX ? left : HEAD_MAX;
    const uint8_t *at = window_at(window, offset, (size_t)room);
    struct record record = {0};

    if (!at)
        return 0;
    if (room >= ALIGN && memcmp(at, blank, ALIGN) == 0)
        return ALIGN;
    const char *broken = room < SMALLEST ? "goes past the end" : read_head(at, room, left, &record);
    if (!broken && (offset == HEADER) != (record.node.type == '='))
        broken = "the first one, and no other, has the type =";
    if (broken) {
        head_is_broken(window->file, offset, end, broken, sink);
        return 0;
    }
    record.node.offset = offset;
    twoskip_links_add(links, &record.node);
    check_tail(window, offset, &record, sink);
    return window->error ? 0 : record.head + record.keyval;
}

bool cyrus_twoskip_verify(const struct mailindex_file *file, const struct cyrus_twoskip *header,
                          struct mailindex_sink *sink, int *error)
{
    struct mailindex_window window = {.file = file};
    struct twoskip_links links = {0};
    uint64_t end = header->current_size < file->size ? header->current_size : file->size;
    uint64_t at = HEADER, length = 1;

    while (at < end && length) {
        length = step(&window, at, end, &links, sink);
        at += length;
    }
    *error = window.error;
    if (!*error && at == header->current_size)
        twoskip_links_verify(&links, file, header, sink);
    twoskip_links_free(&links);
    window_free(&window);
    return !*error;
}
