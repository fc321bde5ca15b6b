/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>

#include <cmocka.h>

#include "core/labels.h"

static void keeps_each_text_once(void **state)
{
    (void)state;
    struct symbols *symbols = symbols_new();
    const char *kept[1000];
    char text[32];
    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof text, "symbol %d", i);
        kept[i] = symbols_intern(symbols, text);
        assert_ptr_not_equal(kept[i], text);
    }
    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof text, "symbol %d", i);
        assert_string_equal(kept[i], text);
        assert_ptr_equal(symbols_intern(symbols, text), kept[i]);
    }
    assert_string_equal(symbols_intern(symbols, ""), "");
    symbols_free(&symbols);
    assert_null(symbols);
    symbols_free(&symbols);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(keeps_each_text_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
