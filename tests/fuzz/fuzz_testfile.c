/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>

#include "rules/testfile.h"
#include "tests/fuzz/fuzz.h"

static void ignore(const char *text, void *arg)
{
    (void)text;
    (void)arg;
}

/* "x12345": many values are bounded, but take more memory than a fuzzer likes. */
static bool repeats_much(const uint8_t *data, size_t size)
{
    enum { DIGITS = 5 };
    size_t digits = 0;
    bool after_x = false;
    for (size_t i = 0; i < size; i++) {
        after_x = data[i] == 'x' || (after_x && isdigit(data[i]));
        digits = after_x && data[i] != 'x' ? digits + 1 : 0;
        if (digits == DIGITS)
            return true;
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCRATCH_ARENA(arena);
    const struct rule_source source = {"fuzz.yml", (const char *)data, size};
    struct test_file file;
    if (!repeats_much(data, size))
        test_file_read(&source, arena, ignore, NULL, &file);
    return 0;
}
