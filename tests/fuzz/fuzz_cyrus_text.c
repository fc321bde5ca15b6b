/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "probes/cyrus_conf.h"
#include "probes/cyrus_header.h"
#include "tests/fuzz/fuzz.h"

static void report(const struct mailindex_finding *finding, void *arg)
{
    (void)arg;
    if (!finding->message[0])
        abort();
}

/* cyrus.header and imapd.conf. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCRATCH_ARENA(arena);
    struct mailindex_sink sink = {.report = report};
    struct cyrus_conf_keys *keys = cyrus_conf_keys_new(arena);
    struct cyrus_header header;
    struct cyrus_conf conf;

    cyrus_header_parse("cyrus.header", (const char *)data, size, arena, &header, &sink);
    cyrus_conf_take(keys, (const char *)data, size, NULL, NULL);
    cyrus_conf_finish(keys, &conf);
    for (int i = 0; i < conf.count; i++)
        if (!conf.partitions[i].mail[0] || !conf.partitions[i].meta[0])
            abort();
    return 0;
}
