/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/cyrus_cache.h"

#include <inttypes.h>

#include "probes/cyrus_crc.h"

enum { ITEMS = 10, START = 4 };

void cyrus_cache_verify_header(struct mailindex_window *cache, const struct cyrus_index *index,
                               struct mailindex_sink *sink)
{
    const uint8_t *at = window_at(cache, 0, START);
    struct mailindex_place place = {cache->file->name, 0, START};

    if (cache->error || (at && be32(at) == index->generation))
        return;
    if (!at)
        mailindex_report(sink, "Y12", place,
                         "expected a generation number, found %" PRIu64 " bytes",
                         cache->file->size);
    else
        mailindex_report(sink, "Y18", place, "expected generation %u of the index, found %u",
                         index->generation, be32(at));
}

/* Goes over the items; false where one leads out of the file. */
static bool items(struct mailindex_window *cache, const struct cyrus_record *record, uint64_t *end,
                  uint32_t *crc, struct mailindex_sink *sink)
{
    uint64_t at = record->cache_offset, size = cache->file->size;

    *crc = 0;
    for (int item = 0; item < ITEMS; item++) {
        const uint8_t *head = window_at(cache, at, 4);
        if (cache->error)
            return false;
        uint64_t length = head ? 4 + (((uint64_t)be32(head) + 3) & ~UINT64_C(3)) : 4;
        if (!head || length > size - at) {
            mailindex_report(sink, "Y12",
                             (struct mailindex_place){
                                 cache->file->name, record->cache_offset,
                                 size > record->cache_offset ? size - record->cache_offset : 0},
                             "uid %u: expected ten items, found that item %d at %" PRIu64
                             " goes past the end of the file (%" PRIu64 " bytes)",
                             record->uid, item + 1, at, size);
            return false;
        }
        if (!cyrus_crc_over(cache, at, length, crc))
            return false;
        at += length;
    }
    *end = at;
    return true;
}

bool cyrus_cache_verify(struct mailindex_window *cache, const struct cyrus_record *record,
                        uint64_t *length, struct mailindex_sink *sink)
{
    uint32_t crc;
    uint64_t end;

    if (length)
        *length = 0;
    if (!record->cache_offset || !record->cache_crc)
        return true;
    if (!items(cache, record, &end, &crc, sink))
        return false;
    if (length)
        *length = end - record->cache_offset;
    if (crc == record->cache_crc)
        return true;
    mailindex_report(sink, "Y13",
                     (struct mailindex_place){cache->file->name, record->cache_offset,
                                              end - record->cache_offset},
                     "uid %u: expected CRC32 %08x, found %08x", record->uid, record->cache_crc,
                     crc);
    return false;
}
