/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: eval_series SERIES
 * Evaluates typical rules over SERIES made-up series, half of them counters and half infos of the
 * same disks, and prints a line: the microseconds of CPU per series that each rule looks at, the
 * median of a few evaluations.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rules/promql.h"

enum { STEP_MS = 60000, STEPS = 30, RUNS = 5 };

static const struct {
    const char *expr;
    double share; /* of the series that it looks at */
} rules[] = {
    {"increase(bench_errors_total[15m])", 0.5},
    {"bench_errors_total * on (disk) group_left (model) bench_info", 1},
    {"sum by (array) (bench_errors_total)", 0.5},
    {"sum by (array) (rate(bench_errors_total[15m]) * on (disk) group_left (array) bench_info)", 1},
};

enum { RULES = sizeof rules / sizeof *rules };

static void append(struct store *store, const struct label *labels, size_t count, int64_t t,
                   double v)
{
    SCRATCH_ARENA(scratch);
    struct error e;
    if (store_append(store, labels_new(scratch, labels, count), t, v, &e))
        errx(1, "%s", e.text);
}

static void fill(struct store *store, long disks)
{
    for (long i = 0; i < disks; i++) {
        char disk[32], array[32];
        snprintf(disk, sizeof disk, "wwn-0x5000c500%08lx", i);
        snprintf(array, sizeof array, "md%ld", i / 12);
        const struct label counter[] = {
            {LABEL_NAME, "bench_errors_total"}, {"disk", disk}, {"array", array}};
        const struct label info[] = {
            {LABEL_NAME, "bench_info"}, {"disk", disk}, {"array", array}, {"model", "M"}};
        for (int64_t step = 1; step <= STEPS; step++) {
            append(store, counter, 3, step * STEP_MS, (double)(step * (i % 7)));
            append(store, info, 4, step * STEP_MS, 1);
        }
    }
}

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double measure(const struct store *store, const char *text)
{
    double times[RUNS];
    for (int run = 0; run < RUNS; run++) {
        SCRATCH_ARENA(arena);
        const struct promql_engine engine = {0};
        struct promql_error wrong;
        struct promql_value value;
        struct expr *expr;
        struct error e;
        if (promql_parse(text, strlen(text), arena, &expr, &wrong))
            errx(1, "%s: %s", text, wrong.text);
        double start = now_us();
        if (promql_eval(&engine, store, expr, (int64_t)STEPS * STEP_MS, arena, &value, &e))
            errx(1, "%s: %s", text, e.text);
        times[run] = now_us() - start;
        if (!value.count)
            errx(1, "%s: gives nothing", text);
    }
    qsort(times, RUNS, sizeof *times, compare);
    return times[RUNS / 2];
}

int main(int argc, char **argv)
{
    long series = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
    if (series < 2 || series > 10000000)
        errx(2, "usage: eval_series SERIES");
    arena_keep_memory(); /* as forewarn does */
    struct store *store = store_new();
    fill(store, series / 2);
    printf("%ld", series);
    for (size_t i = 0; i < RULES; i++)
        printf(" %.3f", measure(store, rules[i].expr) / ((double)series * rules[i].share));
    printf("\n");
    store_free(&store);
    return 0;
}
