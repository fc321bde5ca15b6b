/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/cyrus_crc.h"

#include <zlib.h>

bool cyrus_crc_over(struct mailindex_window *window, uint64_t offset, uint64_t length,
                    uint32_t *crc)
{
    while (length) {
        size_t n = length < WINDOW_LENGTH_MAX ? (size_t)length : WINDOW_LENGTH_MAX;
        const uint8_t *at = window_at(window, offset, n);
        if (!at)
            return false;
        *crc = (uint32_t)crc32(*crc, at, (unsigned)n);
        offset += n;
        length -= n;
    }
    return true;
}
