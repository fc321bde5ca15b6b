/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/core/history_fixture.h"

static struct host host;

static int set_up(void **state)
{
    (void)state;
    host_begin(&host);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    host_end(&host);
    return 0;
}

static void gives_back_what_was_written(void **state)
{
    (void)state;
    enum { SERIES = 20, TICKS = 1000 };
    host_run(&host, SERIES, 1, TICKS);
    assert_int_equal(host_count(&host, INT64_MIN, INT64_MAX), SERIES * TICKS);
    /* Some of it in chunks, some in head rows. */
    for (int64_t n = 0; n <= TICKS; n += 83) {
        assert_int_equal(host_count(&host, n * TICK_MS, INT64_MAX), SERIES * (TICKS - n));
        assert_int_equal(host_count(&host, INT64_MIN, n * TICK_MS), SERIES * n);
    }
    assert_string_equal(host.warned, "");
}

static void goes_on_after_a_restart(void **state)
{
    (void)state;
    unsigned n = 1;
    for (unsigned start = 0; start < 12; start++) {
        host_stop(&host);
        host_start(&host, NULL);
        if (start % 2)
            assert_int_equal(history_load(host.history, host.store, 0, INT64_MAX, NULL), 0);
        host_run(&host, 10 + start, n, 37);
        n += 37;
    }
    size_t expected = 0;
    for (unsigned start = 0; start < 12; start++)
        expected += 37 * (10 + start);
    assert_int_equal(host_count(&host, 0, INT64_MAX), expected);
}

/* What was loaded is not written again. */
static void loading_is_no_news(void **state)
{
    (void)state;
    host_run(&host, 10, 1, 5);
    history_feed_free(&host.feed);
    store_free(&host.store);
    host.store = store_new();
    assert_int_equal(history_load(host.history, host.store, 0, 4 * TICK_MS, NULL), 0);
    assert_int_equal(store_sample_count(host.store), 40);
    host.feed = history_feed_new(host.store);
    struct history_tick *tick = history_collect(host.feed);
    assert_int_equal(tick->sample_count, 0);
    history_tick_free(&tick);
}

static void a_tick_given_up_loses_its_samples_only(void **state)
{
    (void)state;
    for (unsigned n = 1; n <= 300; n++) {
        if (n % 7 != 1) {
            host_run(&host, 10 + n, n, 1);
            continue;
        }
        host_measure(&host, 10 + n, n); /* series that are new are in this tick first */
        struct history_tick *tick = history_collect(host.feed);
        history_tick_give_up(host.feed, &tick);
        assert_null(tick);
    }
    size_t expected = 0;
    for (unsigned n = 1; n <= 300; n++)
        expected += n % 7 != 1 ? 10 + n : 0;
    assert_int_equal(host_count(&host, 0, INT64_MAX), expected);
}

static void drops_what_lies_in_the_future(void **state)
{
    (void)state;
    static const unsigned cuts[] = {990, 700, 300, 100, 0};
    host_run(&host, 10, 1, 1000);
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        store_drop_after(host.store, cuts[i] * TICK_MS);
        if (i % 2) { /* the order to drop outlives a tick that was given up */
            struct history_tick *tick = history_collect(host.feed);
            history_tick_give_up(host.feed, &tick);
        }
        host_run(&host, 10, cuts[i] + 1, 5);
        assert_int_equal(host_count(&host, 0, INT64_MAX), 10 * (cuts[i] + 5));
    }
}

static void keeps_to_its_age(void **state)
{
    (void)state;
    const struct history_options options = {.max_age_ms = 300 * TICK_MS};
    host_stop(&host);
    host_start(&host, &options);
    host_run(&host, 10, 1, 2000);
    size_t count = host_count(&host, 0, INT64_MAX);
    assert_in_range(count, 10 * 300, 10 * (300 + 3 * HISTORY_HEADS));
    assert_int_equal(host_count(&host, 1700 * TICK_MS, INT64_MAX), 10 * 300);
}

/* Far ahead for some ticks, of which the first makes chunks, then set back. */
static void a_clock_that_runs_ahead_takes_nothing_along(void **state)
{
    (void)state;
    enum { AHEAD = 10 * 1000 * 1000 };
    const struct history_options options = {.max_age_ms = 1000 * TICK_MS};
    host_stop(&host);
    host_start(&host, &options);
    host_run(&host, 10, 1, 900);
    host_run(&host, 10, AHEAD, HISTORY_HEADS - 1);
    assert_int_equal(host_count(&host, 0, 900 * TICK_MS), 10 * 900);
    store_drop_after(host.store, 900 * TICK_MS);
    host_run(&host, 10, 901, 10);
    assert_int_equal(host_count(&host, 0, INT64_MAX), 10 * 910);
    /* And one that really went on so far is believed in the end. */
    host_run(&host, 10, AHEAD, 3 * HISTORY_HEADS);
    assert_int_equal(host_count(&host, 0, 900 * TICK_MS), 0);
    assert_int_equal(host_count(&host, AHEAD / 2 * (int64_t)TICK_MS, INT64_MAX),
                     10 * 3 * HISTORY_HEADS);
}

/* Series that are gone leave the database with their last chunk. */
static void forgets_series(void **state)
{
    (void)state;
    const struct history_options options = {.max_age_ms = 300 * TICK_MS};
    host_run(&host, 500, 1, 2);
    host_stop(&host);
    host_start(&host, &options);
    host_run(&host, 3, 3, 1500);
    host_stop(&host);
    host_start(&host, NULL);
    struct history_tick *none = history_collect(host.feed);
    assert_int_equal(history_write(host.history, none, NULL), 0);
    history_tick_free(&none);
    assert_true(history_bytes(host.history) < 60000);
    struct store *store = host_load(&host, 0, INT64_MAX);
    assert_int_equal(store_series_count(store), 3);
    store_free(&store);
}

static void keeps_to_its_bytes(void **state)
{
    (void)state;
    enum { BYTES = 400000 };
    const struct history_options options = {.max_bytes = BYTES};
    struct stat file, wal;
    char path[128];
    host_stop(&host);
    host_start(&host, &options);
    host_run(&host, 100, 1, 5 * HISTORY_HEADS);
    host_path(&host, "history.db", path);
    assert_int_equal(stat(path, &file), 0);
    host_path(&host, "history.db-wal", path);
    assert_int_equal(stat(path, &wal), 0);
    assert_in_range(file.st_size + wal.st_size, BYTES / 4, BYTES);
    /* The newest is there. */
    assert_int_equal(host_count(&host, 4 * HISTORY_HEADS * TICK_MS, INT64_MAX),
                     100 * HISTORY_HEADS);
}

static void keeps_states(void **state)
{
    (void)state;
    struct buf bytes = {0};
    struct error e;
    struct history_tick *tick = history_collect(host.feed);
    history_tick_state(tick, "alerts", "one\0two", 7);
    history_tick_state(tick, "empty", "", 0);
    assert_int_equal(history_write(host.history, tick, NULL), 0);
    history_tick_free(&tick);
    tick = history_collect(host.feed);
    history_tick_state(tick, "alerts", "three", 5);
    assert_int_equal(history_write(host.history, tick, NULL), 0);
    history_tick_free(&tick);
    host_stop(&host);
    host_start(&host, NULL);
    assert_int_equal(history_state(host.history, "alerts", &bytes, NULL), 0);
    assert_int_equal(bytes.length, 5);
    assert_memory_equal(bytes.data, "three", 5);
    assert_int_equal(history_state(host.history, "empty", &bytes, NULL), 0);
    assert_int_equal(bytes.length, 0);
    assert_int_equal(history_state(host.history, "none", &bytes, &e), -ENOENT);
    buf_free(&bytes);
}

static void one_writes_at_a_time(void **state)
{
    (void)state;
    const struct history_options options = {.directory = host.directory};
    struct history *other = history_new(&options);
    struct error e;
    host_run(&host, 3, 1, 3);
    assert_int_equal(history_open(other, &e), -EBUSY);
    assert_non_null(strstr(e.text, "is being written by another process"));
    struct history_tick *tick = history_collect(host.feed);
    assert_int_equal(history_write(other, tick, &e), -EBUSY);
    assert_int_equal(host_count(&host, 0, INT64_MAX), 9);
    history_free(&host.history);
    assert_int_equal(history_write(other, tick, &e), 0);
    history_tick_free(&tick);
    history_free(&other);
}

static void says_what_cannot_be_opened(void **state)
{
    (void)state;
    struct error e;
    struct history_options options = {.directory = "/nonexistent/forewarn"};
    struct history *none = history_new(&options);
    assert_int_equal(history_open(none, &e), -ENOENT);
    assert_string_equal(e.text, "history: directory /nonexistent/forewarn: ENOENT");
    assert_int_equal(history_bytes(none), -1);
    history_free(&none);
    history_free(&none);
    options = (struct history_options){.directory = host.directory, .read_only = true};
    none = history_new(&options);
    assert_int_equal(history_load(none, host.store, 0, 1, &e), -ENOENT);
    history_free(&none);
}

/* A FIFO would keep the writer for ever. */
static void waits_for_nothing_that_is_no_file(void **state)
{
    (void)state;
    char path[96];
    struct error e = {0};
    snprintf(path, sizeof path, "%s/history.db", host.directory);
    host_run(&host, 3, 1, 1);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    host_measure(&host, 3, 2);
    struct history_tick *tick = history_collect(host.feed);
    assert_int_equal(history_write(host.history, tick, &e), -EOPNOTSUPP);
    assert_non_null(strstr(e.text, "history.db: not a regular file"));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(history_write(host.history, tick, &e), 0);
    history_tick_free(&tick);
}

/* A directory that goes away and comes back: each tick tries, series are remembered. */
static void tries_again(void **state)
{
    (void)state;
    char away[80];
    snprintf(away, sizeof away, "%s.away", host.directory);
    host_run(&host, 3, 1, 3);
    assert_int_equal(rename(host.directory, away), 0);
    for (unsigned n = 4; n < 7; n++) {
        struct error e = {0};
        host_measure(&host, 5, n);
        struct history_tick *tick = history_collect(host.feed);
        assert_int_equal(history_write(host.history, tick, &e), -ENOENT);
        assert_non_null(strstr(e.text, host.directory));
        history_tick_free(&tick);
    }
    assert_int_equal(rename(away, host.directory), 0);
    host_run(&host, 5, 7, 3);
    assert_int_equal(host_count(&host, 0, INT64_MAX), 3 * 3 + 3 * 5);
}

/* Looks that are not on the tick, each a process of its own. */
static void takes_looks_hours_apart(void **state)
{
    (void)state;
    enum { HOURS = 200, SERIES = 30 };
    for (unsigned n = 1; n <= HOURS; n++) {
        host_stop(&host);
        host_start(&host, NULL);
        host_run(&host, SERIES, n * 60, 1);
    }
    assert_int_equal(host_count(&host, 0, INT64_MAX), HOURS * SERIES);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(gives_back_what_was_written),
        TEST(goes_on_after_a_restart),
        TEST(loading_is_no_news),
        TEST(a_tick_given_up_loses_its_samples_only),
        TEST(drops_what_lies_in_the_future),
        TEST(keeps_to_its_age),
        TEST(a_clock_that_runs_ahead_takes_nothing_along),
        TEST(forgets_series),
        TEST(keeps_to_its_bytes),
        TEST(keeps_states),
        TEST(one_writes_at_a_time),
        TEST(says_what_cannot_be_opened),
        TEST(waits_for_nothing_that_is_no_file),
        TEST(tries_again),
        TEST(takes_looks_hours_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
