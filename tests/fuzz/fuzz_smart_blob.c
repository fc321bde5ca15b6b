/* SPDX-License-Identifier: Apache-2.0 */
/* A SMART blob; sense data and NVMe logs beside it. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "probes/smart_blob.h"
#include "probes/smart_nvme.h"
#include "probes/smart_sleep.h"
#include "tests/fuzz/fuzz.h"

static void report(const struct smart_facts *facts)
{
    struct batch batch;
    batch_init(&batch);
    smart_report_numbers(facts->number, "disk", &batch);
    smart_report_attributes(facts, "disk", &batch);
    batch_free(&batch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCRATCH_ARENA(arena);
    struct error e = {0};
    struct smart_facts facts;

    if (smart_blob_facts(data, size, NULL, arena, &facts, &e) < 0)
        assert(e.code < 0 && e.text[0]);
    report(&facts);
    smart_sleep_ata_count(data, size);
    smart_sleep_from_sense(data, size);
    smart_facts_init(&facts);
    if (size >= SMART_NVME_HEALTH)
        smart_nvme_health(data, &facts);
    if (size >= SMART_NVME_SELFTESTS)
        smart_nvme_selftests(data, &facts);
    smart_nvme_errors(data, size / SMART_NVME_ERROR, &facts);
    report(&facts);
    return 0;
}
