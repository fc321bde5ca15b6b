/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept in the state directory: any bytes are refused, or come back as they were. */
#include <stdlib.h>
#include <string.h>

#include "exporters/snmp_engine.h"
#include "exporters/snmp_numbers.h"
#include "tests/fuzz/fuzz.h"

static void try_numbers(const char *text, size_t length)
{
    struct snmp_numbers *numbers = snmp_numbers_new();
    struct buf first = {0}, second = {0};

    if (snmp_numbers_load(numbers, text, length, NULL) == 0) {
        snmp_numbers_save(numbers, &first);
        if (snmp_numbers_load(numbers, first.data, first.length, NULL) < 0)
            abort();
        snmp_numbers_save(numbers, &second);
        if (first.length != second.length || memcmp(first.data, second.data, first.length) != 0)
            abort();
    }
    snmp_numbers_of(numbers, "disk", "a");
    buf_free(&first);
    buf_free(&second);
    snmp_numbers_free(&numbers);
}

static void try_engine(const char *text, size_t length)
{
    struct snmp_engine engine, again;
    struct buf printed = {0};

    if (snmp_engine_parse(text, length, &engine, NULL) < 0 || !length)
        return;
    snmp_engine_print(&engine, &printed);
    if (snmp_engine_parse(printed.data, printed.length, &again, NULL) < 0 ||
        memcmp(&engine, &again, sizeof engine) != 0)
        abort();
    buf_free(&printed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_numbers((const char *)data, size);
    try_engine((const char *)data, size);
    return 0;
}
