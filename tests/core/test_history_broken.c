/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

static unsigned next_random(void)
{
    static uint64_t x = 42;
    x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(x >> 33);
}

enum { SERIES = 30 };

/* Writes ticks and says so until it is killed. */
static void write_until_killed(unsigned first, int said)
{
    host_start(&host, NULL);
    for (unsigned n = first;; n++) {
        host_run(&host, SERIES, n, 1);
        if (write(said, &n, sizeof n) != sizeof n)
            _exit(1);
    }
}

/*
 * Kills it some time after its start, or after its first tick. Gives the last tick that was said to
 * be written, 0 where none was.
 */
static unsigned run_and_kill(unsigned first, bool has_begun, unsigned microseconds)
{
    int said[2];
    unsigned n, last = 0;
    assert_int_equal(pipe(said), 0);
    pid_t child = fork();
    if (child == 0) {
        close(said[0]);
        write_until_killed(first, said[1]);
    }
    close(said[1]);
    if (has_begun && read(said[0], &n, sizeof n) == sizeof n)
        last = n;
    usleep(microseconds);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    while (read(said[0], &n, sizeof n) == sizeof n)
        last = n;
    close(said[0]);
    return last;
}

static void survives_kill_9(void **state)
{
    (void)state;
    unsigned next = 1, written = 0;
    host_stop(&host);
    for (unsigned round = 0; round < 80; round++) {
        unsigned last = run_and_kill(next, round % 4 != 0, next_random() % 20000);
        if (last)
            written += last - next + 1;
        else
            last = next - 1;
        if (!written)
            continue;
        struct store *store = host_load(&host, 0, INT64_MAX);
        size_t count = store_sample_count(store);
        store_free(&store);
        /* All that was said to be there, and perhaps one more whose saying was cut off. */
        if (count != written * SERIES)
            assert_int_equal(count, ++written * SERIES);
        next = last + 2;
    }
    print_message("%u ticks written, 80 kills\n", written);
    assert_true(written >= 60);
    host_start(&host, NULL);
}

static char *read_file(const char *name, size_t *length)
{
    char path[128];
    struct stat file;
    host_path(&host, name, path);
    int fd = open(path, O_RDONLY);
    assert_int_equal(fstat(fd, &file), 0);
    char *bytes = malloc((size_t)file.st_size);
    assert_int_equal(read(fd, bytes, (size_t)file.st_size), file.st_size);
    close(fd);
    *length = (size_t)file.st_size;
    return bytes;
}

static void write_file(const char *name, const char *bytes, size_t length)
{
    char path[128];
    host_path(&host, name, path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_int_equal(write(fd, bytes, length), (ssize_t)length);
    close(fd);
}

/* A file to damage: chunks, head rows and a state, all in history.db. */
static char *make_database(size_t *length)
{
    host_run(&host, SERIES, 1, HISTORY_HEADS + 70);
    struct history_tick *tick = history_collect(host.feed);
    history_tick_state(tick, "alerts", "clocks", 6);
    assert_int_equal(history_write(host.history, tick, NULL), 0);
    history_tick_free(&tick);
    host_stop(&host);
    return read_file("history.db", length);
}

/* A reader gets an error or samples that were written. */
static void assert_readable(void)
{
    const struct history_options options = {.directory = host.directory, .read_only = true};
    struct history *reader = history_new(&options);
    struct store *store = store_new();
    struct buf bytes = {0};
    struct error e = {0};
    int code = history_load(reader, store, 0, INT64_MAX, &e);
    if (code == 0)
        assert_true(store_sample_count(store) <= SERIES * (HISTORY_HEADS + 70));
    else
        assert_true(code < 0 && e.text[0]);
    if (history_state(reader, "alerts", &bytes, NULL) == 0)
        assert_memory_equal(bytes.data, "clocks", 6);
    buf_free(&bytes);
    store_free(&store);
    history_free(&reader);
}

/* A writer goes on, in this database or in a new one. */
static void assert_writable(void)
{
    struct error e = {0};
    host_start(&host, NULL);
    assert_int_equal(history_load(host.history, host.store, 0, INT64_MAX, &e), 0);
    host_run(&host, SERIES, 1000, HISTORY_HEADS + 10);
    assert_int_equal(host_count(&host, 999 * TICK_MS, INT64_MAX), SERIES * (HISTORY_HEADS + 10));
    host_stop(&host);
}

static void remove_file(const char *name)
{
    char path[128];
    host_path(&host, name, path);
    unlink(path);
}

static bool is_there(const char *name)
{
    char path[128];
    host_path(&host, name, path);
    return access(path, F_OK) == 0;
}

static void try_damaged(const char *bytes, size_t length)
{
    remove_file("history.db-wal");
    remove_file("history.db-shm");
    remove_file("history.db.corrupt");
    write_file("history.db", bytes, length);
    assert_readable();
    assert_writable();
}

static void outlives_damage(void **state)
{
    (void)state;
    size_t length, moved = 0;
    char *sound = make_database(&length), *bytes = malloc(length);
    assert_int_equal(length % 4096, 0);
    for (size_t page = 0; page < length / 4096; page++)
        for (unsigned kind = 0; kind < 5; kind++) {
            memcpy(bytes, sound, length);
            char *at = bytes + page * 4096;
            for (size_t i = 0; kind == 0 && i < 4096; i++)
                at[i] = (char)next_random();
            if (kind == 1)
                memset(at, 0, 4096);
            for (unsigned i = 0; kind >= 2 && i < 1u << (2 * kind - 4); i++)
                at[next_random() % 4096] ^= (char)(1 + next_random() % 255);
            try_damaged(bytes, length);
            moved += is_there("history.db.corrupt");
        }
    print_message("%zu pages, %zu times moved aside\n", length / 4096, moved);
    assert_true(moved > 0);
    for (size_t cut = 0; cut < length; cut += 1 + length / 23)
        try_damaged(sound, cut);
    host_start(&host, NULL);
    free(sound);
    free(bytes);
}

static void moves_aside_what_is_no_database(void **state)
{
    (void)state;
    host_stop(&host);
    write_file("history.db",
               "This is no database, and long enough for a header of one, which has "
               "a hundred bytes or some more of them.",
               105);
    host_start(&host, NULL);
    assert_int_equal(history_open(host.history, NULL), 0);
    assert_non_null(strstr(host.warned, "history.db.corrupt, a new one begins"));
    assert_true(is_there("history.db.corrupt"));
    host_run(&host, 3, 1, 3);
    assert_int_equal(host_count(&host, 0, INT64_MAX), 9);
}

/* One that somebody removes, or breaks, under the writer. */
static void begins_anew_while_it_runs(void **state)
{
    (void)state;
    host_run(&host, SERIES, 1, 3);
    remove_file("history.db");
    remove_file("history.db-wal");
    remove_file("history.db-shm");
    host_run(&host, SERIES, 4, 3);
    assert_int_equal(host_count(&host, 0, INT64_MAX), SERIES * 3);
}

/* No file may grow: as a full disk. */
static void outlives_a_full_disk(void **state)
{
    (void)state;
    struct rlimit before, tight;
    struct error e = {0};
    unsigned failed = 0;
    host_run(&host, SERIES, 1, 3);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    tight = before;
    tight.rlim_cur = 40000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    for (unsigned n = 4; n < 40; n++) {
        host_measure(&host, SERIES + n, n);
        struct history_tick *tick = history_collect(host.feed);
        failed += history_write(host.history, tick, &e) < 0;
        history_tick_free(&tick);
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    print_message("%u of 36 ticks failed: %s\n", failed, e.text);
    assert_in_range(failed, 1, 36);
    host_run(&host, SERIES + 40, 40, 3);
    struct store *store = host_load(&host, 39 * TICK_MS, INT64_MAX);
    assert_int_equal(store_sample_count(store), (SERIES + 40) * 3);
    store_free(&store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(survives_kill_9),
        TEST(outlives_damage),
        TEST(moves_aside_what_is_no_database),
        TEST(begins_anew_while_it_runs),
        TEST(outlives_a_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
