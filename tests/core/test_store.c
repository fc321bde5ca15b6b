/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/batch.h"
#include "core/store.h"

static struct store *store;
static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    store = store_new();
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    store_free(&store);
    store_free(&store);
    arena_free(&arena);
    return 0;
}

/* "name a=1 b=2" as a label set; a text without a name begins with a blank. */
static const struct labels *labels_of(const char *text)
{
    struct label labels[32];
    size_t count = 0;
    char *rest = arena_strdup(arena, text), *part = strsep(&rest, " ");
    if (*part)
        labels[count++] = (struct label){LABEL_NAME, part};
    while ((part = strsep(&rest, " "))) {
        char *name = strsep(&part, "=");
        labels[count++] = (struct label){name, part};
    }
    return labels_new(arena, labels, count);
}

static int append(const char *series, int64_t t, double v)
{
    return store_append(store, labels_of(series), t, v, NULL);
}

static void assert_series(const struct series *const *series, size_t count, const char *expected)
{
    struct buf out = {0};
    buf_puts(&out, "");
    for (size_t i = 0; i < count; i++) {
        labels_print(series_labels(series[i]), &out);
        buf_puts(&out, " ");
    }
    assert_string_equal(out.data, expected);
    buf_free(&out);
}

static void assert_selects(const struct matcher *matchers, size_t matcher_count,
                           size_t expected_touched, const char *expected)
{
    const struct series **series;
    size_t count, touched;
    assert_int_equal(
        store_select(store, matchers, matcher_count, arena, &series, &count, &touched, NULL), 0);
    assert_series(series, count, expected);
    assert_int_equal(touched, expected_touched);
}

static void selects(void **state)
{
    (void)state;
    static const struct matcher m = {MATCH_EQUAL, LABEL_NAME, "m", NULL, NULL},
                                a1 = {MATCH_EQUAL, "a", "1", NULL, NULL},
                                not_a1 = {MATCH_NOT_EQUAL, "a", "1", NULL, NULL},
                                no_a = {MATCH_EQUAL, "a", "", NULL, NULL},
                                other = {MATCH_EQUAL, LABEL_NAME, "other", NULL, NULL},
                                not_m = {MATCH_NOT_EQUAL, LABEL_NAME, "m", NULL, NULL};
    static const char *const series[] = {"m a=2 b=1", "m a=1", "n a=1", "m", "m a=1 b=1", " z=1"};
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(append(series[i], 1000, 1), 0);
    assert_int_equal(store_series_count(store), 6);
    assert_selects(&m, 1, 4, "m m{a=\"1\"} m{a=\"1\",b=\"1\"} m{a=\"2\",b=\"1\"} ");
    assert_selects((const struct matcher[]){m, a1}, 2, 4, "m{a=\"1\"} m{a=\"1\",b=\"1\"} ");
    assert_selects((const struct matcher[]){a1, m}, 2, 4, "m{a=\"1\"} m{a=\"1\",b=\"1\"} ");
    assert_selects((const struct matcher[]){m, not_a1}, 2, 4, "m m{a=\"2\",b=\"1\"} ");
    assert_selects((const struct matcher[]){m, no_a}, 2, 4, "m ");
    assert_selects(&a1, 1, 6, "m{a=\"1\"} m{a=\"1\",b=\"1\"} n{a=\"1\"} ");
    assert_selects(&not_m, 1, 6, "n{a=\"1\"} {z=\"1\"} ");
    assert_selects(&other, 1, 0, "");
    assert_selects(NULL, 0, 6,
                   "m m{a=\"1\"} m{a=\"1\",b=\"1\"} m{a=\"2\",b=\"1\"} n{a=\"1\"} {z=\"1\"} ");
}

static int fails(const void *regex, const char *text, struct error *e)
{
    (void)regex, (void)text;
    return error_set(e, -E2BIG, "limit");
}

static void hands_on_errors_of_matchers(void **state)
{
    (void)state;
    static const struct matcher matcher = {MATCH_REGEX, "a", "x", "x", fails};
    const struct series **series;
    size_t count;
    struct error e;
    append("m a=1", 1, 1);
    append("m a=2", 1, 1);
    assert_int_equal(store_select(store, &matcher, 1, arena, &series, &count, NULL, &e), -E2BIG);
    assert_string_equal(e.text, "limit");
}

static const struct series *only_series(void)
{
    const struct series **series;
    size_t count;
    assert_int_equal(store_select(store, NULL, 0, arena, &series, &count, NULL, NULL), 0);
    assert_int_equal(count, 1);
    return series[0];
}

static void assert_range(int64_t from, int64_t to, const char *expected)
{
    struct series_iter iter;
    struct point point = {0};
    char text[256] = "";
    size_t n = 0;
    series_seek(only_series(), from, to, &iter);
    while (series_next(&iter, &point))
        n += (size_t)snprintf(text + n, sizeof text - n, "%g@%lld ", point.v, (long long)point.t);
    assert_string_equal(text, expected);
    struct point last;
    assert_int_equal(series_last(only_series(), from, to, &last), n > 0);
    if (n)
        assert_int_equal(last.t, point.t);
}

static void ranges_are_open_on_the_left(void **state)
{
    (void)state;
    for (int i = 1; i <= 9; i++)
        assert_int_equal(append("m", i * 10, i), 0);
    assert_range(0, 30, "1@10 2@20 3@30 ");
    assert_range(10, 30, "2@20 3@30 ");
    assert_range(9, 29, "1@10 2@20 ");
    assert_range(30, 30, "");
    assert_range(31, 39, "");
    assert_range(85, 1000, "9@90 ");
    assert_range(90, 1000, "");
    assert_range(-100, 9, "");
    assert_range(INT64_MIN, INT64_MAX, "1@10 2@20 3@30 4@40 5@50 6@60 7@70 8@80 9@90 ");
}

static void refuses_what_is_not_later(void **state)
{
    (void)state;
    struct error e;
    assert_int_equal(append("m a=1", 10, 1), 0);
    assert_int_equal(append("m a=1", 10, 1), 0); /* an exact repeat */
    assert_int_equal(append("m a=1", 10, 2), -EINVAL);
    assert_int_equal(append("m a=1", 9, 1), -EINVAL);
    assert_int_equal(append("m a=1", 11, 1), 0);
    assert_int_equal(append("m a=1", 10, 1), -EINVAL);
    assert_int_equal(append("m a=2", 5, 1), 0); /* another series */
    assert_int_equal(store_append(store, labels_of("m a=1"), 1, 1, &e), -EINVAL);
    assert_string_equal(e.text, "store: sample of m at 1 ms is not later than the last one");
}

static void keeps_special_values(void **state)
{
    (void)state;
    struct point point;
    append("m", 10, stale_nan());
    assert_int_equal(append("m", 10, stale_nan()), 0);
    assert_int_equal(append("m", 10, NAN), -EINVAL);
    assert_true(series_last(only_series(), 0, 10, &point));
    assert_true(is_stale_nan(point.v));
    append("m", 20, NAN);
    assert_true(series_last(only_series(), 0, 20, &point));
    assert_true(isnan(point.v) && !is_stale_nan(point.v));
    append("m", 30, -INFINITY);
    append("m", 40, -0.0);
    assert_int_equal(append("m", 40, 0.0), -EINVAL);
    assert_true(series_last(only_series(), 0, 40, &point));
    assert_true(point.v == 0 && signbit(point.v));
}

/* The caller's strings do not have to live on. */
static void copies_labels(void **state)
{
    (void)state;
    char name[] = "m", value[] = "one";
    const struct label labels[] = {{LABEL_NAME, name}, {"a", value}};
    assert_int_equal(store_append(store, labels_new(arena, labels, 2), 1, 1, NULL), 0);
    memset(name, 'x', 1);
    memset(value, 'x', 3);
    const struct labels *kept = series_labels(only_series());
    assert_string_equal(labels_get(kept, LABEL_NAME), "m");
    assert_string_equal(labels_get(kept, "a"), "one");
    assert_true(labels_equal(kept, labels_of("m a=one")));
    assert_ptr_equal(series_labels(only_series()), kept);
}

/* Names that sort before and after __name__, and more of them than fit on the stack. */
static void takes_any_labels(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "m A=1 _=2 __a=3 __z=4 a=5",
        "",
        " ",
        "m a=1 b=2 c=3 d=4 e=5 f=6 g=7 h=8 i=9 j=10 k=11 l=12 m=13 n=14 o=15 p=16 q=17 r=18",
    };
    for (size_t i = 0; i < 4; i++) {
        struct store *one = store_new();
        const struct series **series;
        size_t count;
        const struct labels *labels =
            i == 2 ? &labels_empty : labels_of(texts[i][0] ? texts[i] : " a=1");
        assert_int_equal(store_append(one, labels, 1, 1, NULL), 0);
        assert_int_equal(store_append(one, labels, 2, 1, NULL), 0);
        assert_int_equal(store_select(one, NULL, 0, arena, &series, &count, NULL, NULL), 0);
        assert_int_equal(count, 1);
        assert_int_equal(labels_compare(series_labels(series[0]), labels), 0);
        assert_int_equal(series_labels(series[0])->count, labels->count);
        store_free(&one);
    }
}

static void check_order(const struct series *series, void *arg)
{
    const struct series **last = arg;
    if (*last)
        assert_true(labels_compare(series_labels(*last), series_labels(series)) < 0);
    *last = series;
}

static void holds_many(void **state)
{
    (void)state;
    enum { SERIES = 5000, SAMPLES = 7 };
    char text[64];
    const struct series *last = NULL;
    for (int t = 1; t <= SAMPLES; t++)
        for (int i = 0; i < SERIES; i++) {
            snprintf(text, sizeof text, "m%d a=%d b=%d", i % 3, i, i % 7);
            assert_int_equal(append(text, t, i), 0);
        }
    assert_int_equal(store_series_count(store), SERIES);
    store_walk(store, check_order, &last);
    for (int i = 0; i < SERIES; i += 97) {
        const struct series **series;
        size_t count;
        struct point point;
        char a[16], name[8];
        snprintf(a, sizeof a, "%d", i);
        snprintf(name, sizeof name, "m%d", i % 3);
        const struct matcher matchers[] = {{MATCH_EQUAL, LABEL_NAME, name, NULL, NULL},
                                           {MATCH_EQUAL, "a", a, NULL, NULL}};
        assert_int_equal(store_select(store, matchers, 2, arena, &series, &count, NULL, NULL), 0);
        assert_int_equal(count, 1);
        for (int t = 1; t <= SAMPLES; t++) {
            assert_true(series_last(series[0], t - 1, t, &point));
            assert_true(point.v == i && point.t == t);
        }
    }
}

static void empty_store(void **state)
{
    (void)state;
    const struct series *last = NULL;
    store_walk(store, check_order, &last);
    assert_null(last);
    assert_int_equal(store_series_count(store), 0);
    assert_selects(NULL, 0, 0, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(selects),
        TEST(hands_on_errors_of_matchers),
        TEST(ranges_are_open_on_the_left),
        TEST(refuses_what_is_not_later),
        TEST(keeps_special_values),
        TEST(copies_labels),
        TEST(takes_any_labels),
        TEST(holds_many),
        TEST(empty_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
