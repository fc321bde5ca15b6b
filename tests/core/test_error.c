/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "core/error.h"

static void says_what_went_wrong(void **state)
{
    (void)state;
    struct error e = {0};
    assert_int_equal(error_set(&e, -ENOENT, "open %s: %s", "/x", error_name(ENOENT)), -ENOENT);
    assert_int_equal(e.code, -ENOENT);
    assert_string_equal(e.text, "open /x: ENOENT");
    error_prefix(&e, "md%d", 0);
    assert_string_equal(e.text, "md0: open /x: ENOENT");
    assert_int_equal(error_set(NULL, -EIO, "nobody listens"), -EIO);
    error_prefix(NULL, "nobody");
}

static void cuts_what_is_too_long(void **state)
{
    (void)state;
    struct error e = {0};
    char text[2000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    error_set(&e, -EIO, "%s", text);
    assert_int_equal(strlen(e.text), sizeof e.text - 1);
    error_prefix(&e, "pre");
    assert_int_equal(strlen(e.text), sizeof e.text - 1);
    assert_memory_equal(e.text, "pre: xxx", 8);
    error_prefix(&e, "%s", text);
    assert_int_equal(strlen(e.text), sizeof e.text - 1);
    assert_memory_equal(e.text, "xxx", 3);
}

static void names_codes(void **state)
{
    (void)state;
    assert_string_equal(error_name(-ENOENT), "ENOENT");
    assert_string_equal(error_name(EACCES), "EACCES");
    assert_string_equal(error_name(99999), "unknown error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_went_wrong),
        cmocka_unit_test(cuts_what_is_too_long),
        cmocka_unit_test(names_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
