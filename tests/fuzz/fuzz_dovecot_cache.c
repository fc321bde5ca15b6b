/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/dovecot_cache.h"
#include "tests/fuzz/fuzz.h"

static void forget(const struct mailindex_finding *finding, void *arg)
{
    (void)finding;
    (void)arg;
}

static void visit(const struct dovecot_cache_field *field, const uint8_t *data, uint32_t size,
                  uint64_t at, void *arg)
{
    (void)field;
    (void)data;
    (void)size;
    (void)at;
    (void)arg;
}

/* The cache, beside an index that names every place at its start. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mailindex_file file = mailindex_memory("cache", data, size);
    struct mailindex_sink sink = {.report = forget};
    struct dovecot_cache_ref refs[64];
    struct dovecot_cache cache;

    for (uint32_t i = 0; i < 64; i++)
        refs[i] = (struct dovecot_cache_ref){32 + 4 * i, i + 1, {"index", i, 4}};
    if (dovecot_cache_open(&cache, &file, &sink)) {
        dovecot_cache_verify(&cache, refs, 64, &sink);
        for (uint32_t i = 0; i < 64; i++)
            dovecot_cache_lookup(&cache, refs[i].offset, visit, NULL);
    }
    dovecot_cache_close(&cache);
    return 0;
}
