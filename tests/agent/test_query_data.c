/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/query_data.h"
#include "core/history.h"

static void write_history(const char *directory)
{
    SCRATCH_ARENA(arena);
    struct history_options options = {.directory = directory};
    struct history *history = history_new(&options);
    struct store *store = store_new();
    struct history_feed *feed = history_feed_new(store);
    struct label name = {LABEL_NAME, "m"};
    assert_int_equal(history_open(history, NULL), 0);
    for (int i = 1; i <= 3; i++)
        assert_int_equal(store_append(store, labels_new(arena, &name, 1), i * 60000, i, NULL), 0);
    struct history_tick *tick = history_collect(feed);
    assert_int_equal(history_write(history, tick, NULL), 0);
    history_tick_free(&tick);
    history_feed_free(&feed);
    history_free(&history);
    store_free(&store);
}

static void remove_history(const char *directory)
{
    static const char *const names[] = {"history.db", "history.db-wal", "history.db-shm"};
    char path[256];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        unlink(path);
    }
    rmdir(directory);
}

static void test_history(void **state)
{
    char directory[] = "/tmp/test_query_data.XXXXXX";
    struct store *store = store_new();
    struct error e = {0};
    int64_t newest_ms;
    (void)state;
    assert_non_null(mkdtemp(directory));
    assert_int_equal(query_history_read(directory, store, &newest_ms, &e), -ENOENT);
    write_history(directory);
    assert_int_equal(query_history_read(directory, store, &newest_ms, &e), 0);
    assert_int_equal(newest_ms, 180000);
    assert_int_equal(store_series_count(store), 1);
    store_free(&store);
    remove_history(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_history)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
