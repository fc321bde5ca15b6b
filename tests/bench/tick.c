/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: tick DAYS FILE.om...
 * What a tick of all default rules costs with a past. The files are what forewarn's probes tell of
 * a host at one time; they are stretched over DAYS of ticks a minute: temperatures, clocks and
 * queues move, every 20th disk has reallocated sectors that grow, all else stays. What the rules
 * record is given the same past. Prints a line: series, samples, MiB of the store, the median CPU
 * of a tick in ms, alerts. With -v also the ten rules that cost most.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "exporters/openmetrics_read.h"
#include "rules/rule_run.h"

enum { TICK_MS = 60000, TICKS_A_DAY = 1440, TICKS = 5, MAX_RULES = 1000, SHOWN = 10 };

static const int64_t start_ms = INT64_C(1750000020000);

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static uint64_t mix(uint64_t x)
{
    x *= UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    return x ^ (x >> 27);
}

/* How a series goes on: its value at tick n, which was v when it was looked at. */
enum course { CONSTANT, TEMPERATURE, HOURS, LAST_READ, QUEUE, GROWS };

static enum course course_of(const struct labels *labels, unsigned number)
{
    static const struct {
        const char *name;
        enum course course;
    } courses[] = {
        {"forewarn_disk_temperature_celsius", TEMPERATURE},
        {"forewarn_disk_power_on_seconds", HOURS},
        {"forewarn_disk_last_read_timestamp_seconds", LAST_READ},
        {"forewarn_disk_requests_outstanding", QUEUE},
        {"forewarn_disk_requests_in_flight", QUEUE},
    };
    const char *name = labels_get(labels, LABEL_NAME);
    if (strcmp(name, "forewarn_disk_reallocated_sectors") == 0 && number % 20 == 7)
        return GROWS;
    for (size_t i = 0; i < sizeof courses / sizeof *courses; i++)
        if (strcmp(name, courses[i].name) == 0)
            return courses[i].course;
    return CONSTANT;
}

static double value(enum course course, double v, unsigned number, unsigned n)
{
    switch (course) {
    case TEMPERATURE:
        return v + (double)(mix((uint64_t)number << 32 | n / 15) % 3);
    case HOURS:
        return v + 3600.0 * (n / 60);
    case LAST_READ:
        return (double)start_ms / 1000 + 600.0 * (n / 10);
    case QUEUE:
        return (double)(mix((uint64_t)number << 32 | n) % 4);
    case GROWS:
        return 20 + n / 3000;
    default:
        return v;
    }
}

/* A series of the host: as it is in the file, and as it is in the store with a past. */
struct line {
    const struct labels *labels;
    const struct series *series;
    double v;
    enum course course;
    unsigned number; /* among those of its name */
};

struct host {
    struct arena *arena;
    struct line *lines;
    size_t count, room;
    const char *name; /* of the last line */
    unsigned named;
};

static void add_line(const struct series *series, void *arg)
{
    struct host *host = arg;
    const struct labels *labels = series_labels(series);
    const char *name = labels_get(labels, LABEL_NAME);
    struct point last;
    if (!series_last(series, INT64_MIN, INT64_MAX, &last))
        return;
    host->named = host->name && strcmp(name, host->name) == 0 ? host->named + 1 : 0;
    host->name = name;
    host->lines =
        arena_grow(host->arena, host->lines, host->count, &host->room, sizeof *host->lines);
    host->lines[host->count++] = (struct line){.labels = labels,
                                               .v = last.v,
                                               .course = course_of(labels, host->named),
                                               .number = host->named};
}

static void read_file(struct store *store, const char *path)
{
    struct buf text = {0};
    struct openmetrics_summary summary;
    struct error e;
    char part[65536];
    FILE *file = fopen(path, "re");
    if (!file)
        err(1, "%s", path);
    for (size_t n; (n = fread(part, 1, sizeof part, file));)
        buf_add(&text, part, n);
    fclose(file);
    const struct openmetrics_source source = {.name = path,
                                              .text = text.data,
                                              .length = text.length,
                                              .format = EXPOSITION_OPENMETRICS,
                                              .untimed_ms = start_ms};
    if (openmetrics_read(&source, store, &summary, &e))
        errx(1, "%s", e.text);
    buf_free(&text);
}

static void note(const struct rule_group *group, const struct rule *rule, const char *text,
                 void *arg)
{
    (void)arg;
    errx(1, "%s: %s: %s", group->name, rule->name, text);
}

static void report(const char *text, void *arg)
{
    (void)arg;
    errx(1, "%s", text);
}

static const struct rule_run_options options = {
    .external_labels = &labels_empty, .external_url = "", .note = note};

/* One line after the other, as samples of one series lie together. */
static void stretch(const struct host *host, struct store *store, unsigned ticks)
{
    struct error e;
    for (size_t i = 0; i < host->count; i++) {
        struct line *line = &host->lines[i];
        for (unsigned n = 0; n < ticks; n++) {
            double v = value(line->course, line->v, line->number, n);
            int64_t t = start_ms + (int64_t)n * TICK_MS;
            if (line->series ? series_append(line->series, t, v, &e)
                             : store_append_series(store, line->labels, t, v, &line->series, &e))
                errx(1, "%s", e.text);
        }
    }
}

static void measure(const struct host *host, unsigned n)
{
    for (size_t i = 0; i < host->count; i++) {
        const struct line *line = &host->lines[i];
        const char *name = labels_get(line->labels, LABEL_NAME);
        bool recorded = strchr(name, ':') || strncmp(name, "ALERTS", 6) == 0;
        if (!recorded)
            series_append(line->series, start_ms + (int64_t)n * TICK_MS,
                          value(line->course, line->v, line->number, n), NULL);
    }
}

static size_t count_alerts(struct rule_run *run, const struct rule_set *rules)
{
    size_t count = 0;
    for (size_t g = 0; g < rules->group_count; g++)
        for (size_t r = 0; r < rules->groups[g].rule_count; r++) {
            const struct rule_state *state = rule_run_state(run, g, r);
            if (state->failed)
                errx(1, "%s: %s", rules->groups[g].rules[r].name, state->error.text);
            count += state->alerts.count;
        }
    return count;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* What each expression costs alone, without the texts of its alerts. */
static void show_dear(const struct rule_set *rules, struct store *store, int64_t t_ms)
{
    struct dear {
        double ms;
        const struct rule *rule;
    } dear[MAX_RULES];
    size_t count = 0;
    for (size_t g = 0; g < rules->group_count; g++)
        for (size_t r = 0; r < rules->groups[g].rule_count && count < MAX_RULES; r++) {
            SCRATCH_ARENA(arena);
            struct promql_value v;
            const struct promql_engine engine = {0};
            double start = now_ms();
            promql_eval(&engine, store, rules->groups[g].rules[r].expr, t_ms, arena, &v, NULL);
            dear[count++] = (struct dear){now_ms() - start, &rules->groups[g].rules[r]};
        }
    qsort(dear, count, sizeof *dear, compare);
    for (size_t i = count; i-- > 0 && i + SHOWN >= count;)
        printf("  %8.3f ms  %s, line %zu\n", dear[i].ms, dear[i].rule->name, dear[i].rule->line);
}

static void time_ticks(const struct host *host, const struct rule_set *rules, struct store *store,
                       unsigned ticks, bool verbose)
{
    double times[TICKS];
    struct rule_run *run = rule_run_new(rules, store, &options);
    for (unsigned i = 0; i <= TICKS; i++) {
        measure(host, ticks + i);
        double start = now_ms();
        rule_run_due(run, start_ms + (int64_t)(ticks + i) * TICK_MS, TICK_MS);
        if (i) /* the first meets things for the first time */
            times[i - 1] = now_ms() - start;
    }
    qsort(times, TICKS, sizeof *times, compare);
    printf("%zu %zu %.1f %.2f %zu\n", store_series_count(store), store_sample_count(store),
           (double)store_bytes(store) / 1048576, times[TICKS / 2], count_alerts(run, rules));
    if (verbose)
        show_dear(rules, store, start_ms + (int64_t)(ticks + TICKS) * TICK_MS);
    rule_run_free(&run);
}

int main(int argc, char **argv)
{
    bool verbose = argc > 1 && strcmp(argv[1], "-v") == 0;
    char **args = argv + 1 + verbose;
    unsigned long days = args[0] ? strtoul(args[0], NULL, 10) : 0;
    if (days < 1 || days > 400 || !args[1])
        errx(2, "usage: tick [-v] DAYS FILE.om...");
    arena_keep_memory(); /* as forewarn does */
    SCRATCH_ARENA(arena);
    struct host host = {.arena = arena};
    struct store *look = store_new(), *store = store_new();
    struct rule_set *rules;
    if (rule_set_load(rules_default, rules_default_count, report, NULL, &rules))
        return 1;
    for (char **file = args + 1; *file; file++)
        read_file(look, *file);
    struct rule_run *run = rule_run_new(rules, look, &options);
    rule_run_due(run, start_ms, TICK_MS); /* what is recorded, then */
    rule_run_free(&run);
    store_walk(look, add_line, &host);
    stretch(&host, store, (unsigned)days * TICKS_A_DAY);
    time_ticks(&host, rules, store, (unsigned)days * TICKS_A_DAY, verbose);
    rule_set_free(&rules);
    store_free(&look);
    store_free(&store);
    return 0;
}
