/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/history.h"

/*
 * What a host's samples cost: bytes a sample in memory and in the database, and bytes written a
 * day. bench/history DIRECTORY, an empty one, for the database.
 */
enum { DAYS = 3, TICKS_A_DAY = 1440, TICK_MS = 60000, DISKS = 24, ARRAYS = 4 };
enum { ATTRIBUTES = 60, FACTS = 12, MD_FACTS = 20 };

/* What values do over time. */
enum course { CONSTANT, STEPS, CLOCK, TEMPERATURE, SPEED, COMPLETED, COURSES };

static const char *const course_names[COURSES] = {"constant SMART values and states",
                                                  "counters that step now and then",
                                                  "power-on seconds",
                                                  "temperatures",
                                                  "sync speeds in rebuilds",
                                                  "sync progress"};

static uint64_t mix(uint64_t series, uint64_t n)
{
    uint64_t x = (series << 32 | n) * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    return x ^ (x >> 27);
}

/* Series number s at tick n; a rebuild takes a third of each day. */
static double value(enum course course, unsigned s, unsigned n)
{
    bool rebuilds = n % TICKS_A_DAY < TICKS_A_DAY / 3;
    switch (course) {
    case STEPS:
        return (double)(s * 10 + n / (200 + s % 1000));
    case CLOCK:
        return 3600.0 * (20000 + s + n / 60); /* as SMART tells it, in hours */
    case TEMPERATURE:
        return 34 + (double)(mix(s, n / 15) % 3) + (rebuilds ? 4 : 0);
    case SPEED:
        return rebuilds ? 1024.0 * (double)(140000 + mix(s, n) % 20000) : 0;
    case COMPLETED:
        return rebuilds ? (double)(n % TICKS_A_DAY) / (TICKS_A_DAY / 3.0) : 1;
    default:
        return (double)(mix(s, 0) % 1000);
    }
}

/* How many series of each course a host of 24 disks and 4 arrays has: 2,000 in all. */
static const unsigned counts[COURSES] = {1752, 150, DISKS, 2 * DISKS, 13, 13};

struct host {
    struct store *store;
    struct history_feed *feed;
    struct history *history;
    const struct series *series[4096];
    unsigned series_count;
};

static void make_series(struct host *host)
{
    SCRATCH_ARENA(arena);
    for (unsigned course = 0; course < COURSES; course++)
        for (unsigned i = 0; i < counts[course]; i++) {
            const struct label labels[] = {
                {LABEL_NAME, arena_printf(arena, "forewarn_disk_%u", course * 100 + i / DISKS)},
                {"disk", arena_printf(arena, "wwn-0x5000c500%08x", i % DISKS)}};
            store_append_series(host->store, labels_new(arena, labels, 2), 0, value(course, i, 0),
                                &host->series[host->series_count++], NULL);
        }
}

static void measure_tick(struct host *host, unsigned n)
{
    unsigned s = 0;
    for (unsigned course = 0; course < COURSES; course++)
        for (unsigned i = 0; i < counts[course]; i++)
            series_append(host->series[s++], (int64_t)n * TICK_MS, value(course, i, n), NULL);
}

/* Bytes that this process has had written to files. */
static long long written(void)
{
    char line[80];
    long long bytes = 0;
    FILE *io = fopen("/proc/self/io", "re");
    while (io && fgets(line, sizeof line, io))
        sscanf(line, "wchar: %lld", &bytes);
    if (io)
        fclose(io);
    return bytes;
}

static void fail(const struct error *e)
{
    fprintf(stderr, "%s\n", e->text);
    exit(1);
}

static void run(struct host *host)
{
    struct error e;
    for (unsigned n = 1; n < DAYS * TICKS_A_DAY; n++) {
        measure_tick(host, n);
        struct history_tick *tick = history_collect(host->feed);
        if (history_write(host->history, tick, &e) < 0)
            fail(&e);
        history_tick_free(&tick);
    }
}

static void report_courses(void)
{
    for (unsigned course = 0; course < COURSES; course++) {
        struct store *store = store_new();
        const struct label label = {LABEL_NAME, "m"};
        SCRATCH_ARENA(arena);
        const struct labels *labels = labels_new(arena, &label, 1);
        for (unsigned n = 0; n < 10 * TICKS_A_DAY; n++)
            store_append(store, labels, (int64_t)n * TICK_MS, value(course, 1, n), NULL);
        printf("  %-34s %6.3f in memory, of one series over 10 days\n", course_names[course],
               (double)store_sample_bytes(store) / (10.0 * TICKS_A_DAY));
        store_free(&store);
    }
}

int main(int argc, char **argv)
{
    struct host host = {.store = store_new()};
    if (argc != 2)
        return 2;
    const struct history_options options = {.directory = argv[1]};
    host.feed = history_feed_new(host.store);
    host.history = history_new(&options);
    make_series(&host);
    long long before = written();
    run(&host);
    double samples = (double)store_sample_count(host.store);
    printf("%u series, %d days, a tick a minute: bytes a sample\n", host.series_count, DAYS);
    printf("  %-34s %6.3f in memory, %.3f in SQLite\n", "all of the host",
           (double)store_sample_bytes(host.store) / samples,
           (double)history_bytes(host.history) / samples);
    report_courses();
    printf("  written a day                      %6.1f MB\n",
           (double)(written() - before) / DAYS / 1e6);
    history_free(&host.history);
    history_feed_free(&host.feed);
    store_free(&host.store);
    return 0;
}
