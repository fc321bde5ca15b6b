/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/recording_delta.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

enum { LEVEL = 6, RAW = -15, MEMORY = 8, WINDOW = 32 * 1024 };

/* zlib looks back 32 KiB: of what is longer its end counts. */
static const Bytef *dictionary(const void *before, size_t *length)
{
    size_t skip = *length > WINDOW ? *length - WINDOW : 0;
    *length -= skip;
    return (const Bytef *)before + skip;
}

void delta_pack(const void *before, size_t before_length, const void *data, size_t length,
                struct buf *out)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)length};
    Bytef part[16384];
    int code;

    if (deflateInit2(&z, LEVEL, Z_DEFLATED, RAW, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    if (before_length) {
        const Bytef *words = dictionary(before, &before_length);
        deflateSetDictionary(&z, words, (uInt)before_length);
    }
    do {
        z.next_out = part;
        z.avail_out = sizeof part;
        code = deflate(&z, Z_FINISH);
        buf_add(out, part, sizeof part - z.avail_out);
    } while (code == Z_OK);
    deflateEnd(&z);
}

int delta_unpack(const void *before, size_t before_length, const void *packed, size_t packed_length,
                 size_t length, struct buf *out, struct error *e)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)packed, .avail_in = (uInt)packed_length};
    Bytef part[16384];
    int code;
    size_t made = 0;

    if (inflateInit2(&z, RAW) != Z_OK)
        abort();
    if (before_length) {
        const Bytef *words = dictionary(before, &before_length);
        inflateSetDictionary(&z, words, (uInt)before_length);
    }
    do {
        z.next_out = part;
        z.avail_out = sizeof part;
        code = inflate(&z, Z_NO_FLUSH);
        made += sizeof part - z.avail_out;
        if (made <= length)
            buf_add(out, part, sizeof part - z.avail_out);
    } while (code == Z_OK && made <= length && (z.avail_in || z.avail_out == 0));
    inflateEnd(&z);
    if (code != Z_STREAM_END || made != length)
        return error_set(e, -EINVAL, "is not what was deflated");
    return 0;
}
