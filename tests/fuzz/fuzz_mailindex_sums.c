/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "probes/mailindex_sums.h"
#include "tests/fuzz/fuzz.h"

/* Bytes of a baseline; what is found in them can be written and is found again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCRATCH_ARENA(arena);
    struct sums_list *list = sums_list_read(data, size, arena);
    struct sums_writer writer = {0};
    struct sums sums, again;

    for (int kind = SUMS_INDEX; kind < SUMS_KINDS; kind++)
        if (sums_find_last(list, (enum sums_kind)kind, &sums)) {
            sums_write(&writer, &sums);
            if (sums.count > SUMS_MAX)
                abort();
        }
    sums_write_end(&writer);
    struct sums_list *back = sums_list_read(writer.bytes.data, writer.bytes.length, arena);
    for (int kind = SUMS_INDEX; kind < SUMS_KINDS; kind++)
        if (sums_find_last(list, (enum sums_kind)kind, &sums) &&
            (!sums_find(back, (enum sums_kind)kind, sums.id, &again) ||
             again.length != sums.length || again.extra != sums.extra ||
             again.count != sums.count || again.shift != sums.shift || again.time != sums.time ||
             again.whole != sums.whole))
            abort();
    sums_writer_free(&writer);
    return 0;
}
