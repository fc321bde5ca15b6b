/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/screen.h"

static void test_render(void **state)
{
    static const struct {
        const char *text;
        size_t rows, top, top_then;
        const char *expected;
    } table[] = {
        {"a\nb\n", 4, 0, 0, "\033[Ha\033[K\nb\033[K\n\033[J q ends"},
        {"a\nb\nc\nd\n", 3, 1, 1,
         "\033[Hb\033[K\nc\033[K\n\033[J lines 2 to 3 of 4; up, down, q ends"},
        {"a\nb\nc\nd\n", 3, 9, 2,
         "\033[Hc\033[K\nd\033[K\n\033[J lines 3 to 4 of 4; up, down, q ends"},
        {"a\nb\n", 1, 0, 0, "\033[Ha\033[K\n\033[J lines 1 to 1 of 2; up, down, q ends"},
        {"", 9, 3, 0, "\033[H\033[J q ends"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct screen screen = {.rows = table[i].rows, .top = table[i].top};
        struct buf out = {0};
        screen_render(&screen, table[i].text, &out);
        assert_string_equal(out.data, table[i].expected);
        assert_int_equal(screen.top, table[i].top_then);
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_render)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
