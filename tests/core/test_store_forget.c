/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/batch.h"
#include "core/given.h"

static const struct series *add(struct store *store, const char *name, unsigned n, int64_t t,
                                double value)
{
    SCRATCH_ARENA(arena);
    const struct label labels[] = {{LABEL_NAME, name}, {"n", arena_printf(arena, "%u", n)}};
    const struct series *series;
    assert_int_equal(
        store_append_series(store, labels_new(arena, labels, 2), t, value, &series, NULL), 0);
    return series;
}

struct held {
    const struct series *one, *many, *gone;
    struct given given;
};

static void follow(void *arg)
{
    struct held *held = arg;
    held->one = series_now(held->one);
    held->many = series_now(held->many);
    held->gone = series_now(held->gone);
    given_follow(&held->given);
}

static void holders_follow(void **state)
{
    enum { SAMPLES = 5000 };
    struct store *store = store_new();
    struct held held = {0};
    struct points points = {0};
    struct point point;

    (void)state;
    for (int t = 1; t <= SAMPLES; t++)
        held.many = add(store, "many", 1, t, t * 0.3);
    held.gone = add(store, "gone", 1, 1, 1);
    held.one = add(store, "one", 1, SAMPLES, 7);
    given_add(&held.given, held.gone);
    given_add(&held.given, held.one);
    given_end_tick(&held.given, 1);
    series_labels(held.one);
    store_drop_before(store, 2);
    store_forget(store, follow, &held);

    assert_null(held.gone);
    assert_int_equal(store_series_count(store), 2);
    assert_int_equal(store_sample_count(store), SAMPLES + 1);
    assert_true(series_id(held.one) < 2 && series_id(held.many) < 2);
    assert_int_not_equal(series_id(held.one), series_id(held.many));
    assert_string_equal(labels_get(series_labels(held.one), LABEL_NAME), "one");
    assert_true(series_last(held.one, 0, SAMPLES, &point) && point.v == 7);
    series_read(held.many, 0, SAMPLES, &points);
    assert_int_equal(points.count, SAMPLES);
    for (int t = 1; t <= SAMPLES; t++)
        assert_true(points.at[t - 1].t == t && points.at[t - 1].v == t * 0.3);
    /* It is what the store has for the labels, and what ended since gets its mark. */
    assert_ptr_equal(add(store, "many", 1, SAMPLES + 1, 1), held.many);
    assert_int_equal(held.given.before_count, 1);
    given_end_tick(&held.given, SAMPLES + 1);
    assert_true(series_last(held.one, 0, INT64_MAX, &point) && is_stale_nan(point.v));
    given_free(&held.given);
    points_free(&points);
    store_free(&store);
}

static void nobody_holds(void *arg)
{
    (void)arg;
}

/* Ten new label sets a round, of which only the last hundred rounds have samples. */
static void many_rounds_take_bounded_memory(void **state)
{
    enum { ROUNDS = 20000, EACH = 10, KEPT = 100 };
    struct store *store = store_new();
    size_t most = 0, forgotten = 0;

    (void)state;
    for (unsigned n = 1; n <= ROUNDS; n++) {
        for (unsigned i = 0; i < EACH; i++)
            add(store, "m", n * EACH + i, n, 1);
        add(store, "steady", 0, n, n);
        store_drop_before(store, (int64_t)n - KEPT);
        if (store_is_sparse(store)) {
            store_forget(store, nobody_holds, NULL);
            forgotten++;
        }
        if (store_bytes(store) > most)
            most = store_bytes(store);
    }
    assert_true(most < 1000000);
    assert_true(forgotten > 10 && forgotten < ROUNDS / KEPT);
    assert_true(store_series_count(store) < 5 * EACH * KEPT);
    store_free(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holders_follow),
        cmocka_unit_test(many_rounds_take_bounded_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
