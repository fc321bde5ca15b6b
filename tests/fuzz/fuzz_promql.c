/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "rules/promql.h"
#include "tests/fuzz/fuzz.h"

/* What parses is printed, and what is printed parses to the same again. */
static void print_and_parse_again(const struct expr *expr, struct arena *arena)
{
    struct promql_error error;
    struct expr *again;
    struct buf first = {0}, second = {0};
    promql_print(expr, &first);
    if (promql_parse_experimental(first.data, first.length, arena, &again, &error))
        abort();
    promql_print(again, &second);
    if (strcmp(first.data, second.data) != 0)
        abort();
    buf_free(&first);
    buf_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    SCRATCH_ARENA(arena);
    struct promql_error error;
    struct expr *expr;
    struct buf out = {0};
    if (promql_parse_experimental((const char *)data, size, arena, &expr, &error) == 0)
        print_and_parse_again(expr, arena);
    else
        promql_error_print(&error, (const char *)data, size, &out);
    buf_free(&out);
    return 0;
}
