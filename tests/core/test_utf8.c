/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/utf8.h"

#define R "\xef\xbf\xbd"

static void test_clean(void **state)
{
    static const struct {
        const char *in, *out;
    } table[] = {
        {"", ""},
        {"plain", "plain"},
        {"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x92\xbe", "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x92\xbe"},
        {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"}, /* U+10FFFF */
        {"a\xff"
         "b",
         "a" R "b"},
        {"\x80", R},                   /* a continuation alone */
        {"\xc3", R},                   /* cut */
        {"\xe2\x82", R R},             /* cut: each byte for itself */
        {"\xc0\xaf", R R},             /* overlong */
        {"\xe0\x80\x80", R R R},       /* overlong */
        {"\xed\xa0\x80", R R R},       /* a surrogate */
        {"\xf4\x90\x80\x80", R R R R}, /* above U+10FFFF */
        {"\xf8\x88\x80\x80\x80", R R R R R},
        {"\xc3(", R "("},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct buf out = {0};
        buf_puts(&out, "");
        utf8_clean(table[i].in, &out);
        assert_string_equal(out.data, table[i].out);
        buf_free(&out);
    }
}

/* Every scalar value comes back as it went. */
static void test_round_trip(void **state)
{
    (void)state;
    for (uint32_t code = 1; code <= 0x10ffff; code++) {
        struct buf out = {0};
        size_t bytes;
        if (code == 0xd800)
            code = 0xe000;
        utf8_put(code, &out);
        assert_int_equal(utf8_next(out.data, &bytes), code);
        assert_int_equal(bytes, out.length);
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
