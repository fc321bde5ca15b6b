/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "core/batch.h"
#include "core/instant.h"

enum { NOW = 1000000000 };

static void add(struct store *store, const char *name, const char *disk, const char *bay, int64_t t,
                double value)
{
    SCRATCH_ARENA(arena);
    struct label labels[] = {{LABEL_NAME, name}, {"disk", disk}, {"bay", bay}};
    assert_int_equal(store_append(store, labels_new(arena, labels, 3), t, value, NULL), 0);
}

static struct store *fill(void)
{
    struct store *store = store_new();
    add(store, "m", "c", "1", NOW, 3);
    add(store, "m", "a", "3", NOW - INSTANT_LOOKBACK_MS + 1, 1);
    add(store, "m", "b", "2", NOW, 2);
    add(store, "m", "old", "4", NOW - INSTANT_LOOKBACK_MS, 4);
    add(store, "m", "ended", "5", NOW - 1000, 5);
    add(store, "m", "ended", "5", NOW, stale_nan());
    add(store, "m", "later", "6", NOW + 1, 6);
    add(store, "other", "d", "1", NOW, 9);
    return store;
}

static void test_select(void **state)
{
    SCRATCH_ARENA(arena);
    struct store *store = fill();
    const struct instant *found;
    (void)state;
    assert_int_equal(instant_select(store, "m", NOW, arena, &found), 3);
    double sum = 0;
    for (size_t i = 0; i < 3; i++)
        sum += found[i].value;
    assert_true(sum == 6);
    assert_int_equal(instant_select(store, "none", NOW, arena, &found), 0);
    store_free(&store);
}

static void test_index(void **state)
{
    SCRATCH_ARENA(arena);
    struct store *store = fill();
    (void)state;
    struct instant_index index = instant_index(store, "m", "bay", NOW, arena);
    assert_int_equal(index.count, 3);
    assert_true(instant_value(&index, "1", NAN) == 3);
    assert_true(instant_value(&index, "2", NAN) == 2);
    assert_true(instant_value(&index, "3", NAN) == 1);
    assert_true(instant_value(&index, "4", -1) == -1);
    assert_true(instant_value(&index, "", -1) == -1);
    assert_null(instant_find(&index, "9"));
    index = instant_index(store, "none", "bay", NOW, arena);
    assert_null(instant_find(&index, "1"));
    store_free(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_select),
        cmocka_unit_test(test_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
