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
    struct label m = {LABEL_NAME, "m"}, n = {LABEL_NAME, "n"};
    assert_int_equal(history_open(history, NULL), 0);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(store_append(store, labels_new(arena, &m, 1), i * 60000, i, NULL), 0);
        assert_int_equal(store_append(store, labels_new(arena, &n, 1), i * 60000, i, NULL), 0);
        struct history_tick *tick = history_collect(feed);
        assert_int_equal(history_write(history, tick, NULL), 0);
        history_tick_free(&tick);
    }
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

/* What is read for a question, and no more. */
static const struct question {
    const char *expr;
    int64_t start_ms, end_ms, step_ms; /* step 0: no range */
    size_t series, samples;
} questions[] = {
    {"m", 180000, 0, 0, 1, 3},
    {"count_over_time(m[30s])", 180000, 0, 0, 1, 1},
    {"count_over_time(m[1m] offset 1m)", 180000, 0, 0, 1, 2}, /* the range's edge, too */
    {"m", 60000, 0, 0, 1, 1},
    {"m", 60000, 179000, 60000, 1, 2},
    {"m @ end()", 60000, 179000, 60000, 1, 2},
    {"n", 180000, 0, 0, 1, 3},
    {"m + n", 180000, 0, 0, 2, 6},
    {"{__name__=~\"m|n\"}", 180000, 0, 0, 2, 6},
    {"o", 180000, 0, 0, 0, 0},
    {"1", 180000, 0, 0, 0, 0},
    {"sum(m", 180000, 0, 0, 0, 0}, /* wrong, which is for others to say */
};

static void expect_read(struct history *history, const struct question *question)
{
    const struct promql_engine engine = {0};
    const struct query query = {question->expr,     strlen(question->expr), question->step_ms > 0,
                                question->start_ms, question->end_ms,       question->step_ms};
    struct store *store = store_new();
    struct error e = {0};
    if (query_history_read(history, &query, &engine, store, &e) < 0)
        fail_msg("%s: %s", question->expr, e.text);
    if (store_series_count(store) != question->series ||
        store_sample_count(store) != question->samples)
        fail_msg("%s: %zu series, %zu samples", question->expr, store_series_count(store),
                 store_sample_count(store));
    store_free(&store);
}

static void test_history(void **state)
{
    char directory[] = "/tmp/test_query_data.XXXXXX";
    struct history *history;
    struct error e = {0};
    int64_t newest_ms;
    (void)state;
    assert_non_null(mkdtemp(directory));
    assert_int_equal(query_history_open(directory, &history, &newest_ms, &e), -ENOENT);
    assert_null(history);
    write_history(directory);
    assert_int_equal(query_history_open(directory, &history, &newest_ms, &e), 0);
    assert_int_equal(newest_ms, 180000);
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        expect_read(history, &questions[i]);
    history_free(&history);
    remove_history(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_history)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
