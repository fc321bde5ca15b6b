/* SPDX-License-Identifier: Apache-2.0 */
/* smartctl's output, as a disk and as a list of devices, and forewarn's own file about a disk. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/smart_json.h"
#include "probes/smart_memory.h"
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
    struct smart_json json;
    struct smart_scanned *devices;
    size_t count;
    const char *text = (const char *)data;

    if (smart_json_parse(text, size, arena, &json, &e) < 0)
        assert(e.code < 0 && e.text[0]);
    else
        report(&json.facts);
    if (smart_json_scan(text, size, arena, &devices, &count, &e) == 0)
        for (size_t i = 0; i < count; i++)
            assert(devices[i].name[0] && devices[i].type[0]);

    struct smart_memory *memory = smart_memory_new();
    smart_memory_parse(memory, text, size, &e);
    smart_memory_free(&memory);
    return 0;
}
