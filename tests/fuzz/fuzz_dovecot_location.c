/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_location.h"
#include "tests/fuzz/fuzz.h"

/* Any text as a mail location and as a template of paths. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCRATCH_ARENA(arena);
    const char *text = arena_strndup(arena, (const char *)data, size), *pattern;
    struct dovecot_location location;
    struct error e;

    if (dovecot_location_parse(text, "/h", arena, &location, &e) == 0 && location.root[0] != '/')
        __builtin_trap();
    dovecot_location_pattern(text, arena, &pattern, &e);
    return 0;
}
