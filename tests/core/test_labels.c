/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/labels.h"

#define LABELS(arena, ...)                                                                         \
    labels_new((arena), (const struct label[]){__VA_ARGS__},                                       \
               sizeof((const struct label[]){__VA_ARGS__}) / sizeof(struct label))

static void assert_prints(const struct labels *labels, const char *expected)
{
    struct buf out = {0};
    labels_print(labels, &out);
    assert_string_equal(out.data, expected);
    buf_free(&out);
}

static void sorts_and_drops(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    assert_prints(LABELS(arena, {"b", "2"}, {LABEL_NAME, "m"}, {"a", "1"}), "m{a=\"1\",b=\"2\"}");
    assert_prints(LABELS(arena, {"a", "1"}, {"a", "2"}), "{a=\"2\"}");
    assert_prints(LABELS(arena, {"a", ""}), "{}");
    assert_prints(LABELS(arena, {LABEL_NAME, "m"}), "m");
    assert_prints(LABELS(arena, {LABEL_NAME, "m.n"}), "{\"m.n\"}");
    assert_prints(LABELS(arena, {LABEL_NAME, "a:b"}, {"c:d", "1"}), "a:b{\"c:d\"=\"1\"}");
    assert_prints(LABELS(arena, {"a", "x\"y\\z\n"}), "{a=\"x\\\"y\\\\z\\n\"}");
}

static void with_and_filter(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    const struct labels *base = LABELS(arena, {"a", "1"}, {"c", "3"});
    static const char *const names[] = {"a", "z"};

    assert_prints(labels_with(arena, base, "b", "2"), "{a=\"1\",b=\"2\",c=\"3\"}");
    assert_prints(labels_with(arena, base, "c", "4"), "{a=\"1\",c=\"4\"}");
    assert_prints(labels_with(arena, base, "a", ""), "{c=\"3\"}");
    assert_prints(labels_filter(arena, base, names, 2, true), "{a=\"1\"}");
    assert_prints(labels_filter(arena, base, names, 2, false), "{c=\"3\"}");
}

/* However a set came about, it equals one with the same labels: the hashes do, too. */
static void equal_by_any_way(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    const struct labels *base = LABELS(arena, {"a", "1"}, {"c", "3"});
    const struct labels *only = LABELS(arena, {"c", "3"});
    static const char *const a[] = {"a"}, *const c[] = {"c"};

    assert_true(labels_equal(labels_with(arena, only, "a", "1"), base));
    assert_true(labels_equal(labels_with(arena, base, "c", "3"), base));
    assert_true(labels_equal(labels_with(arena, base, "a", ""), only));
    assert_true(labels_equal(labels_filter(arena, base, c, 1, true), only));
    assert_true(labels_equal(labels_filter(arena, base, a, 1, false), only));
    assert_true(labels_equal(labels_with(arena, only, "c", ""), &labels_empty));
    assert_true(labels_equal(labels_filter(arena, only, c, 1, false), &labels_empty));
}

static void compares(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    const struct labels *a = LABELS(arena, {"a", "1"}), *same = LABELS(arena, {"a", "1"});
    const struct labels *later = LABELS(arena, {"a", "2"});
    const struct labels *longer = LABELS(arena, {"a", "1"}, {"b", "1"});

    assert_true(labels_equal(a, same));
    assert_false(labels_equal(a, later));
    assert_true(labels_compare(a, later) < 0);
    assert_true(labels_compare(a, longer) < 0);
    assert_true(labels_compare(later, longer) > 0);
    assert_string_equal(labels_get(longer, "b"), "1");
    assert_string_equal(labels_get(longer, "c"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_and_drops),
        cmocka_unit_test(with_and_filter),
        cmocka_unit_test(equal_by_any_way),
        cmocka_unit_test(compares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
