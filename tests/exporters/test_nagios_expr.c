/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <string.h>

#include "exporters/nagios.h"
#include "tests/exporters/fixture.h"

struct row {
    const char *expr;
    double values[3];
    size_t count;
    const char *warning, *critical;
    enum verdict verdict;
    const char *expected;
};

static const struct row rows[] = {
    {"x", {5}, 1, "10", "20", VERDICT_OK, "FOREWARN OK - x: {disk=\"a\"} = 5 | 'a'=5;10;20\n"},
    {"x",
     {15},
     1,
     "10",
     "20",
     VERDICT_WARNING,
     "FOREWARN WARNING - x: {disk=\"a\"} = 15 | 'a'=15;10;20\n"},
    {"x",
     {5, 25, 15},
     3,
     "10",
     "20",
     VERDICT_CRITICAL,
     "FOREWARN CRITICAL - x: 1 of 3 values: {disk=\"b\"} = 25 | 'a'=5;10;20 "
     "'b'=25;10;20 'c'=15;10;20\n"},
    {"x",
     {5, 6},
     2,
     NULL,
     NULL,
     VERDICT_OK,
     "FOREWARN OK - x: 2 of 2 values ok: {disk=\"a\"} = 5, {disk=\"b\"} = 6 | 'a'=5 "
     "'b'=6\n"},
    {"a|b", {0}, 0, "1", NULL, VERDICT_UNKNOWN, "FOREWARN UNKNOWN - a/b: no value\n"},
    {"x",
     {NAN},
     1,
     NULL,
     "0:",
     VERDICT_CRITICAL,
     "FOREWARN CRITICAL - x: {disk=\"a\"} = NaN | 'a'=U;;0:\n"},
    {"x",
     {1e-7},
     1,
     "@0:1",
     NULL,
     VERDICT_WARNING,
     "FOREWARN WARNING - x: {disk=\"a\"} = 1e-07 | 'a'=0;@0:1\n"},
};

static const struct look seen_all = {.host = "h"};

static void test_values(void **state)
{
    static const char *const disks[] = {"a", "b", "c"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        SCRATCH_ARENA(arena);
        struct instant values[3];
        struct buf out = {0};
        enum verdict verdict;
        for (size_t v = 0; v < rows[i].count; v++)
            values[v] = (struct instant){
                fixture_labels(arena, "__name__", "n", "disk", disks[v], NULL), rows[i].values[v]};
        assert_int_equal(nagios_render_expr(rows[i].expr, values, rows[i].count, rows[i].warning,
                                            rows[i].critical, &seen_all, &verdict, &out, NULL),
                         0);
        assert_string_equal(out.data, rows[i].expected);
        assert_int_equal(verdict, rows[i].verdict);
        buf_free(&out);
    }
}

static void test_scalar_and_same_labels(void **state)
{
    SCRATCH_ARENA(arena);
    struct instant values[] = {{&labels_empty, -0.5},
                               {fixture_labels(arena, "a", "x y", NULL), 1},
                               {fixture_labels(arena, "a", "x=y", NULL), 2},
                               {fixture_labels(arena, "a", "x=y", "__name__", "n", NULL), 3}};
    struct buf out = {0};
    enum verdict verdict;
    (void)state;
    assert_int_equal(
        nagios_render_expr("1", values, 4, NULL, NULL, &seen_all, &verdict, &out, NULL), 0);
    assert_non_null(strstr(out.data, " | 'value'=-0.5 'x_y'=1 'n_x_y'=3\n"));
    buf_free(&out);
}

/* What was not seen could have been among the values. */
static void test_not_all_seen(void **state)
{
    static const struct finding findings[] = {
        {.kind = "unreadable",
         .blind = true,
         .probe = "smart",
         .target = "sda",
         .message = "EACCES"},
        {.kind = "note", .probe = "smart", .target = "sdb", .message = "no SMART"},
    };
    static const struct probe_result probes[] = {{.name = "md", .error = "hangs"}};
    const struct look blind = {.findings = findings, .finding_count = 2};
    const struct look down = {.probes = probes, .probe_count = 1};
    const struct look noted = {.findings = findings + 1, .finding_count = 1};
    const struct {
        const struct look *look;
        const char *critical;
        enum verdict verdict;
        const char *expected;
    } cases[] = {
        {&blind, "10", VERDICT_UNKNOWN,
         "FOREWARN UNKNOWN - x: 5; sda not seen: EACCES | 'value'=5;;10\n"},
        {&down, "10", VERDICT_UNKNOWN,
         "FOREWARN UNKNOWN - x: 5; md not seen: hangs | 'value'=5;;10\n"},
        {&blind, "4", VERDICT_CRITICAL, "FOREWARN CRITICAL - x: 5 | 'value'=5;;4\n"},
        {&noted, "10", VERDICT_OK, "FOREWARN OK - x: 5 | 'value'=5;;10\n"},
    };
    const struct instant value = {&labels_empty, 5};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = {0};
        enum verdict verdict;
        assert_int_equal(nagios_render_expr("x", &value, 1, NULL, cases[i].critical, cases[i].look,
                                            &verdict, &out, NULL),
                         0);
        assert_string_equal(out.data, cases[i].expected);
        assert_int_equal(verdict, cases[i].verdict);
        buf_free(&out);
    }
}

static void test_bad_range(void **state)
{
    struct buf out = {0};
    struct error e = {0};
    enum verdict verdict;
    (void)state;
    assert_int_equal(nagios_render_expr("1", NULL, 0, "5:1", NULL, &seen_all, &verdict, &out, &e),
                     -EINVAL);
    assert_int_equal(nagios_render_expr("1", NULL, 0, "5", "x", &seen_all, &verdict, &out, &e),
                     -EINVAL);
    assert_int_equal(out.length, 0);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_scalar_and_same_labels),
        cmocka_unit_test(test_not_all_seen),
        cmocka_unit_test(test_bad_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
