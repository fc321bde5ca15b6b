/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "core/matcher.h"

/* Stands in for a regular expression: matches what begins with it; "(" is one that hits a limit. */
static int begins_with(const void *regex, const char *text, struct error *e)
{
    if (strcmp(regex, "(") == 0)
        return error_set(e, -E2BIG, "limit");
    return strncmp(text, regex, strlen(regex)) == 0;
}

static int test(enum match_op op, const char *name, const char *value, const struct labels *labels)
{
    struct error e;
    struct matcher matcher = {
        .op = op, .name = name, .value = value, .regex = value, .test = begins_with};
    return matchers_test(&matcher, 1, labels, &e);
}

static void one_matcher(void **state)
{
    (void)state;
    static const struct {
        enum match_op op;
        const char *name, *value;
        int holds;
    } cases[] = {
        {MATCH_EQUAL, "a", "one", 1},     {MATCH_EQUAL, "a", "on", 0},
        {MATCH_EQUAL, "none", "", 1},     {MATCH_EQUAL, "none", "x", 0},
        {MATCH_NOT_EQUAL, "a", "one", 0}, {MATCH_NOT_EQUAL, "a", "", 1},
        {MATCH_NOT_EQUAL, "none", "", 0}, {MATCH_REGEX, "a", "on", 1},
        {MATCH_REGEX, "a", "x", 0},       {MATCH_REGEX, "none", "", 1},
        {MATCH_NOT_REGEX, "a", "on", 0},  {MATCH_NOT_REGEX, "a", "x", 1},
        {MATCH_REGEX, "a", "(", -E2BIG},  {MATCH_NOT_REGEX, "a", "(", -E2BIG},
    };
    SCRATCH_ARENA(arena);
    const struct labels *labels =
        labels_new(arena, (const struct label[]){{"a", "one"}, {"b", "two"}}, 2);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(test(cases[i].op, cases[i].name, cases[i].value, labels), cases[i].holds);
}

static void all_must_hold(void **state)
{
    (void)state;
    static const struct matcher matchers[] = {
        {.op = MATCH_EQUAL, .name = "a", .value = "one"},
        {.op = MATCH_NOT_EQUAL, .name = "b", .value = "two"},
    };
    SCRATCH_ARENA(arena);
    const struct labels *labels =
        labels_new(arena, (const struct label[]){{"a", "one"}, {"b", "two"}}, 2);
    assert_int_equal(matchers_test(matchers, 0, labels, NULL), 1);
    assert_int_equal(matchers_test(matchers, 1, labels, NULL), 1);
    assert_int_equal(matchers_test(matchers, 2, labels, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_matcher),
        cmocka_unit_test(all_must_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
