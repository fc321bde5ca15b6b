/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "probes/mailindex_compare_inside.h"

/*
 * What Dovecot writes again in dovecot.index.cache: the header, and of each field header the offset
 * of the next one, when fields were last used, and what was decided about them.
 */

enum { FIELD_HEADER = 12, CHAIN_MAX = 80 };

/* Seven bits a byte, the top one always set: Dovecot's mail_index_offset_to_uint32(). */
static uint32_t offset_of(const uint8_t *at)
{
    if (!(at[0] & at[1] & at[2] & at[3] & 0x80))
        return 0;
    return ((uint32_t)(at[0] & 0x7f) << 21 | (uint32_t)(at[1] & 0x7f) << 14 |
            (uint32_t)(at[2] & 0x7f) << 7 | (at[3] & 0x7f))
           << 2;
}

static void add(struct compare_ranges *ranges, uint64_t offset, uint64_t length)
{
    if (ranges->count == COMPARE_RANGES)
        return;
    ranges->at[ranges->count].offset = offset;
    ranges->at[ranges->count++].length = length;
}

void compare_cache_ranges(const struct mailindex_file *cache, struct compare_ranges *ranges)
{
    struct mailindex_window window = {.file = cache};
    const uint8_t *at = window_at(&window, 28, 4);
    uint32_t offset = at ? offset_of(at) : 0;

    ranges->count = 0;
    add(ranges, 0, DOVECOT_CACHE_HEADER);
    for (int i = 0; offset && i < CHAIN_MAX; i++) {
        at = window_at(&window, offset, FIELD_HEADER);
        if (!at)
            break;
        uint64_t fields = le32(at + 8);
        uint32_t next = offset_of(at);
        if (fields > DOVECOT_CACHE_FIELDS_MAX)
            break;
        add(ranges, offset, 4);
        add(ranges, offset + FIELD_HEADER, 4 * fields);
        add(ranges, offset + FIELD_HEADER + 9 * fields, fields);
        offset = next;
    }
    window_free(&window);
}

void compare_mask(uint8_t *bytes, uint64_t offset, size_t length, void *arg)
{
    const struct compare_ranges *ranges = arg;
    uint64_t end = offset + length;

    for (int i = 0; i < ranges->count; i++) {
        uint64_t from = ranges->at[i].offset, to = from + ranges->at[i].length;
        if (from >= end || to <= offset)
            continue;
        from = from < offset ? offset : from;
        to = to > end ? end : to;
        memset(bytes + (from - offset), 0, (size_t)(to - from));
    }
}
