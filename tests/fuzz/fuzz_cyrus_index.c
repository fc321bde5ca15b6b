/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "probes/cyrus_cache.h"
#include "tests/fuzz/fuzz.h"

struct cache {
    struct mailindex_window window;
    struct mailindex_sink *sink;
};

static void report(const struct mailindex_finding *finding, void *arg)
{
    (void)arg;
    if (!finding->rule || !finding->message[0])
        abort();
}

static void visit(const struct cyrus_record *record, void *arg)
{
    struct cache *cache = arg;
    uint64_t length;

    if (cyrus_cache_verify(&cache->window, record, &length, cache->sink) &&
        length > cache->window.file->size)
        abort();
}

static void seal(uint8_t *bytes, size_t length)
{
    uint32_t crc = (uint32_t)crc32(0, bytes, (unsigned)length - 4);
    for (int i = 0; i < 4; i++)
        bytes[length - 4 + (size_t)i] = (uint8_t)(crc >> (24 - 8 * i));
}

/* Header and records get the right CRC, or hardly anything would get past them. */
static uint8_t *sealed(const uint8_t *data, size_t length)
{
    uint8_t *copy = malloc(length + 1);
    if (!copy)
        abort();
    memcpy(copy, data, length);
    size_t header = length < 24 ? 0 : be32(copy + 12), record = length < 24 ? 0 : be32(copy + 16);
    if (header >= 24 && header <= length)
        seal(copy, header);
    for (size_t at = header; header >= 24 && record >= 64 && at < length && length - at >= record;
         at += record)
        seal(copy + at, record);
    return copy;
}

/* Two bytes of length, an index of that length, and the cache it leads into. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct cyrus_flags flags = {.names = {"Work"}};
    struct mailindex_sink sink = {.report = report};
    struct cyrus_index index;
    int error;

    if (size < 2)
        return 0;
    size_t length = (size_t)data[0] << 8 | data[1];
    size -= 2;
    if (length > size)
        length = size;
    uint8_t *copy = sealed(data + 2, length);
    struct mailindex_file file = mailindex_memory("cyrus.index", copy, length);
    struct mailindex_file rest = mailindex_memory("cyrus.cache", data + 2 + length, size - length);
    struct cache cache = {.window = {.file = &rest}, .sink = &sink};
    if (cyrus_index_open(&file, &index, &sink)) {
        cyrus_cache_verify_header(&cache.window, &index, &sink);
        cyrus_index_walk(&file, &index, &flags, visit, &cache, &sink, &error);
    }
    window_free(&cache.window);
    free(copy);
    return 0;
}
