/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/text.h"

static void ends_in(void **state)
{
    static const struct {
        const char *text, *end;
        bool it_does;
    } table[] = {
        {"a.json", ".json", true},   {".json", ".json", true}, {"json", ".json", false},
        {"a.jsonl", ".json", false}, {"", "x", false},         {"x", "", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(text_ends_in(table[i].text, table[i].end), table[i].it_does);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ends_in)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
