/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/regex.h"
#include "tests/fuzz/fuzz.h"

/* A pattern, a text and a template for replacements, each on a line of its own. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCRATCH_ARENA(arena);
    const struct regex *regex;
    struct error e;
    struct buf out = {0};
    char *lines[3], *rest = arena_strndup(arena, (const char *)data, size);
    for (size_t i = 0; i < 3; i++) {
        char *end = strchrnul(rest, '\n');
        lines[i] = rest;
        rest = *end ? end + 1 : end;
        *end = 0;
    }
    if (regex_compile(lines[0], arena, &regex, &e) == 0)
        regex_replace(regex, lines[1], lines[2], 100000, &out, &e);
    buf_free(&out);
    return 0;
}
