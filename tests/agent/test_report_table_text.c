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
        {0, "0s"},         {-5, "0s"},         {45.4, "45s"},           {59.6, "1m"},
        {600, "10m"},      {3599, "1h"},       {22200, "6h 10m"},       {86399, "1d"},
        {266400, "3d 2h"}, {NAN, "very long"}, {INFINITY, "very long"},
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
