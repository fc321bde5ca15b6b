/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/md_mdstat.h"
#include "probes/md_summary.h"
#include "tests/fuzz/fuzz.h"

/* Any text, and what it comes to. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCRATCH_ARENA(arena);
    struct md_mdstat mdstat;

    md_mdstat_parse(arena, (const char *)data, size, &mdstat);
    for (size_t i = 0; i < mdstat.count; i++) {
        SCRATCH_ARENA(scratch);
        struct md_summary summary;
        md_summarize(scratch, &mdstat.arrays[i], &summary);
        if (summary.redundancy < MD_REDUNDANCY_UNKNOWN)
            __builtin_trap();
    }
    return 0;
}
