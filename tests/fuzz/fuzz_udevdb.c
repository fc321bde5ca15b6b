/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "probes/identity.h"
#include "probes/udevdb.h"
#include "tests/fuzz/fuzz.h"

/* What comes out is text without control characters, and an identity made of it is its own. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct udevdb db;
    SCRATCH_ARENA(arena);
    udevdb_parse(arena, (const char *)data, size, &db);
    if (db.count > UDEVDB_MAX_PROPERTIES)
        abort();
    for (size_t i = 0; i < db.count; i++) {
        const char *value = udevdb_get(&db, db.at[i]);
        const char *text = udevdb_decode(arena, value);
        const char *once = identity_replace(arena, text);
        for (const char *c = text; *c; c++)
            if ((unsigned char)*c < ' ')
                abort();
        if (strcmp(identity_replace(arena, once), once) != 0)
            abort();
        identity_from_naa(arena, value);
    }
    return 0;
}
