/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/openmetrics_read.h"
#include "tests/fuzz/fuzz.h"

static void read_as(const uint8_t *data, size_t size, enum exposition format)
{
    struct store *store = store_new();
    struct openmetrics_summary summary;
    struct error e;
    const struct openmetrics_source source = {
        .name = "f", .text = (const char *)data, .length = size, .format = format};
    openmetrics_read(&source, store, &summary, &e);
    store_free(&store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_as(data, size, EXPOSITION_OPENMETRICS);
    read_as(data, size, EXPOSITION_TEXT);
    return 0;
}
