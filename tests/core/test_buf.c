/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"

static void adds(void **state)
{
    (void)state;
    struct buf buf = {0};
    buf_add(&buf, NULL, 0);
    assert_string_equal(buf.data, "");
    buf_puts(&buf, "ab");
    buf_add(&buf, "c\0d", 3);
    assert_int_equal(buf.length, 5);
    assert_memory_equal(buf.data, "abc\0d", 6);
    buf_printf(&buf, "%d%s", 42, "");
    assert_int_equal(buf.length, 7);
    assert_memory_equal(buf.data, "abc\0d42", 8);
    buf_free(&buf);
    assert_null(buf.data);
    assert_int_equal(buf.length, 0);
    buf_free(&buf);
}

static void grows(void **state)
{
    (void)state;
    struct buf buf = {0};
    for (int i = 0; i < 10000; i++)
        buf_printf(&buf, "%d,", i % 10);
    assert_int_equal(buf.length, 20000);
    for (size_t i = 0; i < 10000; i++)
        assert_int_equal(buf.data[2 * i], '0' + (int)(i % 10));
    assert_true(buf.room < 3 * buf.length);
    buf_free(&buf);
}

static void drops(void **state)
{
    (void)state;
    static const struct {
        size_t drop;
        const char *left;
    } cases[] = {{0, "abcdef"}, {2, "cdef"}, {1, "def"}, {3, ""}, {5, ""}};
    struct buf buf = {0};
    buf_drop(&buf, 3); /* nothing there yet */
    buf_puts(&buf, "abcdef");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf_drop(&buf, cases[i].drop);
        assert_string_equal(buf.data, cases[i].left);
        assert_int_equal(buf.length, strlen(cases[i].left));
    }
    buf_puts(&buf, "again");
    assert_string_equal(buf.data, "again");
    buf_free(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adds),
        cmocka_unit_test(grows),
        cmocka_unit_test(drops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
