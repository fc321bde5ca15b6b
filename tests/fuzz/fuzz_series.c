/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/series_notation.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCRATCH_ARENA(arena);
    struct series_notation series;
    struct error e;
    series_parse((const char *)data, size, arena, &series, &e);
    return 0;
}
