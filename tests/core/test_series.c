/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/store.h"

enum { MINUTE = 60000 };

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
    arena_free(&arena);
    return 0;
}

static const struct series *append(const char *name, int64_t t, double v)
{
    const struct label label = {LABEL_NAME, name};
    const struct series *series;
    assert_int_equal(store_append_series(store, labels_new(arena, &label, 1), t, v, &series, NULL),
                     0);
    return series;
}

/* Hard to compress: a chunk holds a hundred or so. */
static double noise(int64_t n)
{
    uint64_t x = (uint64_t)n * UINT64_C(0x9e3779b97f4a7c15) + 99;
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    return (double)(x >> 20) / 7;
}

static double constant(int64_t n)
{
    (void)n;
    return 3;
}

static double mixed(int64_t n)
{
    return n / 500 % 2 ? constant(n) : noise(n);
}

/* Samples 1 to count, one a minute. */
static const struct series *fill(const char *name, int64_t count, double (*value)(int64_t))
{
    const struct series *series = NULL;
    for (int64_t n = 1; n <= count; n++)
        series = append(name, n * MINUTE, value(n));
    return series;
}

/* The samples first to last are what the series has with from < t <= to, by all ways to read. */
static void assert_range(const struct series *series, double (*value)(int64_t), int64_t from,
                         int64_t to, int64_t first, int64_t last)
{
    struct points points = {0};
    struct series_iter iter;
    struct point point;
    int64_t n = first;
    series_read(series, from, to, &points);
    series_seek(series, from, to, &iter);
    assert_int_equal(points.count, last - first + 1);
    for (size_t i = 0; i < points.count; i++, n++) {
        assert_int_equal(points.at[i].t, n * MINUTE);
        assert_true(points.at[i].v == value(n));
        assert_true(series_next(&iter, &point));
        assert_memory_equal(&point, &points.at[i], sizeof point);
    }
    assert_false(series_next(&iter, &point));
    assert_int_equal(series_last(series, from, to, &point), points.count > 0);
    if (points.count)
        assert_memory_equal(&point, &points.at[points.count - 1], sizeof point);
    points_free(&points);
}

static void reads_ranges(void **state)
{
    (void)state;
    static double (*const values[])(int64_t) = {noise, constant, mixed};
    enum { COUNT = 3000 };
    for (size_t i = 0; i < 3; i++) {
        char name[8];
        snprintf(name, sizeof name, "m%zu", i);
        const struct series *series = fill(name, COUNT, values[i]);
        assert_int_equal(series_id(series), i);
        assert_range(series, values[i], INT64_MIN, INT64_MAX, 1, COUNT);
        assert_range(series, values[i], COUNT * MINUTE, INT64_MAX, 1, 0);
        assert_range(series, values[i], INT64_MIN, MINUTE - 1, 1, 0);
        assert_range(series, values[i], 500, 500, 1, 0);
        assert_range(series, values[i], 500, 400, 1, 0);
        for (int64_t n = 1; n < COUNT; n += 97) {
            assert_range(series, values[i], (n - 1) * MINUTE, n * MINUTE, n, n);
            assert_range(series, values[i], n * MINUTE - 1, (n + 1) * MINUTE - 1, n, n);
            assert_range(series, values[i], n * MINUTE, INT64_MAX, n + 1, COUNT);
            assert_range(series, values[i], INT64_MIN, n * MINUTE, 1, n);
        }
    }
    assert_int_equal(store_sample_count(store), 3 * COUNT);
    assert_in_range(store_sample_bytes(store), 1000, 3 * COUNT * 8);
    assert_true(store_bytes(store) > store_sample_bytes(store));
}

/* Points are added to what is there. */
static void adds_to_points(void **state)
{
    (void)state;
    struct points points = {0};
    const struct series *one = fill("one", 1, noise), *many = fill("many", 700, noise);
    series_read(one, 0, INT64_MAX, &points);
    series_read(many, 0, INT64_MAX, &points);
    series_read(one, 0, INT64_MAX, &points);
    assert_int_equal(points.count, 702);
    assert_memory_equal(&points.at[0], &points.at[701], sizeof *points.at);
    points_free(&points);
    assert_null(points.at);
}

static void appends_to_a_series(void **state)
{
    (void)state;
    struct error e;
    const struct series *series = append("m", 10, 1);
    assert_int_equal(series_append(series, 20, 2, NULL), 0);
    assert_int_equal(series_append(series, 20, 2, NULL), 0);
    assert_int_equal(series_append(series, 20, 3, &e), -EINVAL);
    assert_string_equal(e.text, "store: sample of m at 20 ms is not later than the last one");
    assert_int_equal(store_sample_count(store), 2);
}

static void drops_before(void **state)
{
    (void)state;
    const struct series *noisy = fill("noisy", 1000, noise), *one = fill("one", 1, noise),
                        *even = fill("even", 1000, constant);
    struct points points = {0};
    size_t before = store_sample_bytes(store);
    store_drop_before(store, 500 * MINUTE);
    assert_true(store_sample_bytes(store) < before * 2 / 3);
    assert_range(one, noise, 0, INT64_MAX, 1, 0);
    series_read(noisy, 0, INT64_MAX, &points);
    assert_in_range(points.count, 501, 800);
    assert_int_equal(points.at[points.count - 1].t, 1000 * MINUTE);
    assert_range(noisy, noise, 499 * MINUTE, INT64_MAX, 500, 1000);
    assert_range(even, constant, 499 * MINUTE, INT64_MAX, 500, 1000);
    points_free(&points);

    store_drop_before(store, 1001 * MINUTE);
    assert_int_equal(store_sample_count(store), 0);
    assert_int_equal(store_sample_bytes(store), 0);
    assert_range(noisy, noise, INT64_MIN, INT64_MAX, 1, 0);
    assert_ptr_equal(append("noisy", 1001 * MINUTE, noise(1001)), noisy);
    assert_range(noisy, noise, 0, INT64_MAX, 1001, 1001);
}

static void drops_after(void **state)
{
    (void)state;
    static double (*const values[])(int64_t) = {noise, constant, mixed};
    for (size_t i = 0; i < 3; i++)
        for (int64_t kept = 0; kept <= 1000; kept += kept < 4 || kept > 996 ? 1 : 31) {
            const struct series *series = fill("m", 1000, values[i]);
            store_drop_after(store, kept * MINUTE + 1);
            assert_range(series, values[i], INT64_MIN, INT64_MAX, 1, kept);
            assert_int_equal(store_sample_count(store), kept);
            for (int64_t n = kept + 1; n <= 1000; n++)
                assert_int_equal(series_append(series, n * MINUTE, values[i](n), NULL), 0);
            assert_range(series, values[i], INT64_MIN, INT64_MAX, 1, 1000);
            store_drop_after(store, 0);
            assert_int_equal(store_sample_count(store), 0);
            assert_int_equal(store_sample_bytes(store), 0);
        }
}

static void keeps_within_bytes(void **state)
{
    (void)state;
    const struct series *all[8];
    enum { COUNT = 2000, LIMIT = 40000 };
    fill("gone", 300, noise);
    for (int i = 0; i < 8; i++) {
        char name[8];
        snprintf(name, sizeof name, "m%d", i);
        all[i] = fill(name, COUNT, noise);
    }
    size_t count = store_sample_count(store);
    assert_int_equal(store_limit(store, 1 << 20), 0);
    assert_true(store_sample_bytes(store) > LIMIT);
    size_t dropped = store_limit(store, LIMIT);
    assert_int_equal(store_sample_count(store), count - dropped);
    assert_in_range(store_sample_bytes(store), LIMIT * 3 / 4, LIMIT);
    assert_int_equal(store_limit(store, LIMIT), 0);
    int64_t oldest = 0, newest = INT64_MAX; /* of the first samples that are left */
    for (int i = 0; i < 8; i++) {
        struct series_iter iter;
        struct point first;
        series_seek(all[i], 0, INT64_MAX, &iter);
        assert_true(series_next(&iter, &first));
        assert_range(all[i], noise, 0, INT64_MAX, first.t / MINUTE, COUNT);
        oldest = first.t > oldest ? first.t : oldest;
        newest = first.t < newest ? first.t : newest;
    }
    assert_true(oldest - newest < 150 * MINUTE);

    /* The newest stays, however little is allowed. */
    store_limit(store, 0);
    for (int i = 0; i < 8; i++) {
        struct point last;
        assert_true(series_last(all[i], 0, INT64_MAX, &last));
        assert_int_equal(last.t, COUNT * MINUTE);
    }
}

static void keeps_a_journal(void **state)
{
    (void)state;
    append("before", 1, 1);
    store_journal_start(store);
    struct store_journal journal = store_journal_take(store);
    assert_int_equal(journal.count, 0);
    assert_true(journal.dropped_after == INT64_MAX);
    const struct series *m = append("m", 10, 1);
    append("m", 10, 1); /* the same again is no news */
    append("n", 20, 2);
    append("m", 30, 3);
    store_drop_after(store, 25);
    append("m", 26, 4);
    journal = store_journal_take(store);
    assert_int_equal(journal.dropped_after, 25);
    assert_int_equal(journal.count, 3);
    assert_ptr_equal(journal.samples[0].series, m);
    assert_int_equal(journal.samples[1].point.t, 20);
    assert_int_equal(journal.samples[2].point.t, 26);
    assert_true(journal.samples[2].point.v == 4);
    journal = store_journal_take(store);
    assert_int_equal(journal.count, 0);
    assert_true(journal.dropped_after == INT64_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_ranges), TEST(adds_to_points),     TEST(appends_to_a_series), TEST(drops_before),
        TEST(drops_after),  TEST(keeps_within_bytes), TEST(keeps_a_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
