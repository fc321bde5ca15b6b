/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "agent/report_table_text.h"

static void test_duration(void **state)
{
    static const struct {
        double seconds;
        const char *text;
    } table[] = {
        {0, "0 s"},          {-5, "0 s"},        {45.4, "45 s"},          {59.6, "1 min"},
        {600, "10 min"},     {3599, "1 h"},      {22200, "6 h 10 min"},   {86399, "1 d"},
        {266400, "3 d 2 h"}, {NAN, "very long"}, {INFINITY, "very long"},
    };
    SCRATCH_ARENA(arena);
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        assert_string_equal(table_duration(table[i].seconds, arena), table[i].text);
}

static void test_bytes(void **state)
{
    static const struct {
        double bytes;
        const char *text;
    } table[] = {
        {0, "0 B"},         {999, "999 B"},
        {1000, "1.0 kB"},   {52428800, "52 MB"},
        {999999, "1.0 MB"}, {4000787030016, "4.0 TB"},
        {1.6e13, "16 TB"},  {1e30, "1000000000000 EB"},
    };
    SCRATCH_ARENA(arena);
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        assert_string_equal(table_bytes(table[i].bytes, arena), table[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_duration),
        cmocka_unit_test(test_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
