/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/batch.h"
#include "core/given.h"

/* What is given at each tick, a letter a series, and of which series the tick marks the end. */
static const struct {
    const char *given, *ended;
} ticks[] = {
    {"abc", ""}, {"abc", ""}, {"cba", ""}, {"ca", "b"}, {"cda", ""},
    {"", "acd"}, {"", ""},    {"bb", ""},  {"a", "b"},
};

static void ends_are_marked(void **state)
{
    SCRATCH_ARENA(arena);
    struct store *store = store_new();
    struct given given = {0};

    (void)state;
    for (size_t i = 0; i < sizeof ticks / sizeof *ticks; i++) {
        int64_t t_ms = (int64_t)(i + 1) * 1000;
        for (const char *name = ticks[i].given; *name; name++) {
            const struct label label = {LABEL_NAME, arena_printf(arena, "%c", *name)};
            const struct series *series;
            assert_int_equal(
                store_append_series(store, labels_new(arena, &label, 1), t_ms, 1, &series, NULL),
                0);
            given_add(&given, series);
        }
        given_end_tick(&given, t_ms);
        for (const char *name = "abcd"; *name; name++) {
            const struct matcher matcher = {
                .op = MATCH_EQUAL, .name = LABEL_NAME, .value = arena_printf(arena, "%c", *name)};
            const struct series **series;
            size_t count;
            struct point point;
            store_select(store, &matcher, 1, arena, &series, &count, NULL, NULL);
            bool marked =
                count && series_last(series[0], t_ms - 1, t_ms, &point) && is_stale_nan(point.v);
            assert_int_equal(marked, strchr(ticks[i].ended, *name) != NULL);
        }
    }
    given_free(&given);
    store_free(&store);
}

/* Another source goes on giving what this one has ceased to give. */
static void what_goes_on_elsewhere_has_not_ended(void **state)
{
    SCRATCH_ARENA(arena);
    struct store *store = store_new();
    struct given given = {0};
    const struct label label = {LABEL_NAME, "a"};
    const struct labels *labels = labels_new(arena, &label, 1);
    const struct series *series;
    struct point point;

    (void)state;
    store_append_series(store, labels, 1000, 1, &series, NULL);
    given_add(&given, series);
    given_end_tick(&given, 1000);
    store_append(store, labels, 2000, 5, NULL);
    given_end_tick(&given, 2000);
    assert_true(series_last(series, 0, 2000, &point));
    assert_true(point.v == 5);
    given_free(&given);
    store_free(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_are_marked),
        cmocka_unit_test(what_goes_on_elsewhere_has_not_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
