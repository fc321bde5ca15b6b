/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "probes/cyrus_index.h"
#include "probes/cyrus_twoskip.h"
#include "tests/fuzz/fuzz.h"

enum { CRC_AT = 60, HEADER = 64 };

static void report(const struct mailindex_finding *finding, void *arg)
{
    (void)arg;
    if (!finding->rule || !finding->message[0])
        abort();
}

/* The CRC of the header is made right, or hardly anything would get past it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mailindex_sink sink = {.report = report};
    struct cyrus_twoskip header;
    uint8_t *copy = malloc(size + 1);
    int error;

    if (!copy)
        abort();
    memcpy(copy, data, size);
    if (size >= HEADER) {
        uint32_t crc = (uint32_t)crc32(0, copy, CRC_AT);
        for (int i = 0; i < 4; i++)
            copy[CRC_AT + i] = (uint8_t)(crc >> (24 - 8 * i));
    }
    struct mailindex_file file = mailindex_memory("mailboxes.db", copy, size);
    if (cyrus_twoskip_open(&file, &header, &sink) == CYRUS_TWOSKIP)
        cyrus_twoskip_verify(&file, &header, &sink, &error);
    free(copy);
    return 0;
}
