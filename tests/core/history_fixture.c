/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/core/history_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void warn(const char *text, void *arg)
{
    struct host *host = arg;
    snprintf(host->warned, sizeof host->warned, "%s", text);
}

void host_start(struct host *host, const struct history_options *like)
{
    struct history_options options = like ? *like : (struct history_options){0};
    options.directory = host->directory;
    options.warn = warn;
    options.arg = host;
    host->store = store_new();
    host->feed = history_feed_new(host->store);
    host->history = history_new(&options);
    host->warned[0] = 0;
}

void host_begin(struct host *host)
{
    /* In memory where there is such a place: a thousand ticks are a thousand times fsync. */
    *host = (struct host){0};
    snprintf(host->directory, sizeof host->directory, "%s/forewarn-history-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(host->directory));
    host_start(host, NULL);
}

void host_stop(struct host *host)
{
    history_free(&host->history);
    history_feed_free(&host->feed);
    store_free(&host->store);
}

void host_path(const struct host *host, const char *name, char path[128])
{
    snprintf(path, 128, "%s/%s", host->directory, name);
}

void host_end(struct host *host)
{
    char path[128 + sizeof((struct dirent *)0)->d_name];
    host_stop(host);
    DIR *directory = opendir(host->directory);
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        snprintf(path, sizeof path, "%s/%s", host->directory, entry->d_name);
        unlink(path);
    }
    if (directory)
        closedir(directory);
    rmdir(host->directory);
}

double host_value(unsigned s, unsigned n)
{
    uint64_t x = ((uint64_t)s << 32 | n) * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    switch (s % 8) {
    case 0:
        return 60.0 * n + s;
    case 1:
        return n / 100 + s;
    case 2:
        return 35 + (double)(x >> 62);
    case 3:
        return (double)(x >> 12) / 7;
    default:
        return s;
    }
}

void host_measure(struct host *host, unsigned series, unsigned n)
{
    SCRATCH_ARENA(arena);
    for (unsigned s = 0; s < series; s++) {
        char text[16];
        snprintf(text, sizeof text, "%u", s);
        const struct label labels[] = {{LABEL_NAME, s % 2 ? "odd" : "even"}, {"s", text}};
        assert_int_equal(store_append(host->store, labels_new(arena, labels, 2),
                                      (int64_t)n * TICK_MS, host_value(s, n), NULL),
                         0);
        arena_reset(arena);
    }
}

void host_run(struct host *host, unsigned series, unsigned first, unsigned count)
{
    for (unsigned n = first; n < first + count; n++) {
        struct error e = {0};
        host_measure(host, series, n);
        struct history_tick *tick = history_collect(host->feed);
        if (history_write(host->history, tick, &e) < 0)
            fail_msg("tick %u: %s", n, e.text);
        history_tick_free(&tick);
    }
}

static void check(const struct series *series, void *arg)
{
    unsigned s = (unsigned)atoi(labels_get(series_labels(series), "s"));
    struct points points = {0};
    (void)arg;
    series_read(series, INT64_MIN, INT64_MAX, &points);
    for (size_t i = 0; i < points.count; i++) {
        assert_int_equal(points.at[i].t % TICK_MS, 0);
        assert_true(points.at[i].v == host_value(s, (unsigned)(points.at[i].t / TICK_MS)));
    }
    points_free(&points);
}

struct store *host_load(struct host *host, int64_t from, int64_t to)
{
    struct history_options options = {.directory = host->directory, .read_only = true};
    struct history *reader = history_new(&options);
    struct store *store = store_new();
    struct error e = {0};
    if (history_load(reader, store, from, to, &e) < 0)
        fail_msg("load: %s", e.text);
    store_walk(store, check, NULL);
    history_free(&reader);
    return store;
}

size_t host_count(struct host *host, int64_t from, int64_t to)
{
    struct store *store = host_load(host, from, to);
    size_t count = store_sample_count(store);
    store_free(&store);
    return count;
}
