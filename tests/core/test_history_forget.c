/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/history_inside.h"
#include "tests/core/history_fixture.h"

enum { STEADY = 10, FRESH = 40, KEPT_TICKS = 300 };

static struct host host;

static int set_up(void **state)
{
    (void)state;
    host_begin(&host);
    host_stop(&host);
    host_start(&host, &(struct history_options){.max_age_ms = KEPT_TICKS * TICK_MS});
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    host_end(&host);
    return 0;
}

/* Samples of label sets that never were before, and never come again. */
static void measure_fresh(unsigned n)
{
    SCRATCH_ARENA(arena);
    for (unsigned i = 0; i < FRESH; i++) {
        const struct label labels[] = {{LABEL_NAME, "fresh"},
                                       {"value", arena_printf(arena, "%u", n * FRESH + i)}};
        assert_int_equal(
            store_append(host.store, labels_new(arena, labels, 2), (int64_t)n * TICK_MS, 1, NULL),
            0);
    }
}

static void nobody_holds(void *arg)
{
    (void)arg;
}

/* As the agent's keeper does it at each tick; every 7th tick never reaches the history. */
static void run(unsigned first, unsigned count, bool can_be_written)
{
    for (unsigned n = first; n < first + count; n++) {
        measure_fresh(n);
        host_measure(&host, STEADY, n);
        struct history_tick *tick = history_collect(host.feed);
        if (n % 7 == 0) {
            history_tick_give_up(host.feed, &tick);
        } else {
            assert_int_equal(history_write(host.history, tick, NULL) == 0, can_be_written);
            history_tick_free(&tick);
        }
        store_drop_before(host.store, ((int64_t)n - KEPT_TICKS) * TICK_MS);
        if (store_is_sparse(host.store)) {
            store_forget(host.store, nobody_holds, NULL);
            history_feed_forget(host.feed);
        }
    }
}

/* What is dropped by age in the store, and in the history some sealings later. */
static void check_bounds(void)
{
    enum { IN_STORE = KEPT_TICKS * FRESH, ON_DISK = (KEPT_TICKS + 4 * HISTORY_HEADS) * FRESH };
    const struct known_series *known = &host.history->known;
    assert_in_range(store_series_count(host.store), IN_STORE, 2 * IN_STORE + 2000);
    assert_true(store_bytes(host.store) < (2 * IN_STORE + 2000) * 300);
    assert_true(known->count < ON_DISK + 2 * IN_STORE + 2000);
    assert_true(known->id_count < ON_DISK);
    assert_true(known->feed_room < 8 * IN_STORE);
}

static void memory_has_a_bound(void **state)
{
    enum { TICKS = 2500 };
    (void)state;
    run(1, TICKS, true);
    check_bounds();
    assert_int_equal(history_bytes(host.history) < 8000000, 1);
    /* What was there all the time has come through, under its own labels. */
    struct store *store = store_new();
    assert_int_equal(history_load(host.history, store, 0, INT64_MAX, NULL), 0);
    SCRATCH_ARENA(arena);
    const struct matcher matcher = {.op = MATCH_EQUAL, .name = LABEL_NAME, .value = "odd"};
    const struct series **series;
    struct points points = {0};
    size_t count;
    store_select(store, &matcher, 1, arena, &series, &count, NULL, NULL);
    assert_int_equal(count, STEADY / 2);
    series_read(series[0], (TICKS - 70) * TICK_MS, INT64_MAX, &points);
    assert_int_equal(points.count, 60);
    points_free(&points);
    store_free(&store);
}

/* A reader that opened the database before ids were given to others. */
static void readers_see_whose_an_id_is_now(void **state)
{
    SCRATCH_ARENA(arena);
    const struct history_options options = {.directory = host.directory, .read_only = true};
    struct store *store = store_new();
    const struct matcher matcher = {.op = MATCH_EQUAL, .name = LABEL_NAME, .value = "fresh"};
    const struct series **series;
    struct point point;
    size_t count;

    (void)state;
    run(1, 200, true);
    struct history *reader = history_new(&options);
    assert_int_equal(history_open(reader, NULL), 0);
    run(201, 2000, true);
    assert_int_equal(history_load(reader, store, 0, INT64_MAX, NULL), 0);
    store_select(store, &matcher, 1, arena, &series, &count, NULL, NULL);
    assert_true(count > FRESH * KEPT_TICKS / 2);
    for (size_t i = 0; i < count; i++) {
        const char *value = labels_get(series_labels(series[i]), "value");
        assert_true(series_last(series[i], 0, INT64_MAX, &point));
        assert_string_equal(value, arena_printf(arena, "%lld",
                                                (long long)(point.t / TICK_MS * FRESH) +
                                                    (long long)(strtoll(value, NULL, 10) % FRESH)));
    }
    history_free(&reader);
    store_free(&store);
}

/* There is no directory for a while, then there is, with what another has written there. */
static void what_cannot_be_written_is_bounded_too(void **state)
{
    char away[80];
    (void)state;
    run(1, 500, true);
    host_stop(&host);
    snprintf(away, sizeof away, "%s.away", host.directory);
    assert_int_equal(rename(host.directory, away), 0);
    host_start(&host, &(struct history_options){.max_age_ms = KEPT_TICKS * TICK_MS});
    run(501, 2000, false);
    check_bounds();
    assert_int_equal(rename(away, host.directory), 0);
    run(2501, 10, true);
    assert_string_equal(host.warned, "");
    struct store *store = store_new();
    assert_int_equal(history_load(host.history, store, 0, 500 * TICK_MS, NULL), 0);
    assert_true(store_sample_count(store) > (STEADY + FRESH) * KEPT_TICKS / 2);
    store_free(&store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(memory_has_a_bound),
        TEST(readers_see_whose_an_id_is_now),
        TEST(what_cannot_be_written_is_bounded_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
