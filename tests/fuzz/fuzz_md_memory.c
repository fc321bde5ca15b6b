/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "probes/md_memory.h"
#include "tests/fuzz/fuzz.h"

/* What was kept comes out again as it went in. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct md_memory *memory = md_memory_new(), *again = md_memory_new();

    if (md_memory_parse(memory, (const char *)data, size, NULL) == 0) {
        char *text = md_memory_render(memory);
        if (md_memory_parse(again, text, strlen(text), NULL) < 0)
            abort();
        char *same = md_memory_render(again);
        if (strcmp(text, same) != 0)
            abort();
        free(same);
        free(text);
    }
    md_memory_free(&memory);
    md_memory_free(&again);
    return 0;
}
