/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "exporters/prometheus_render.h"
#include "probes/registry.h"

/*
 * What a scrape costs after something has changed: microseconds of CPU a series to render and to
 * compress all that FILE has, an exposition as "forewarn probe" or a scrape gives it. bench/render
 * FILE prints a line a format: name, series, bytes, bytes compressed, render, compress.
 */
enum { ROUNDS = 50, MAX_LINE = 4096, MAX_LABELS = 16 };

static double cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Cuts name{a="b",c="d"} into labels, in place; escapes are taken as they are. */
static size_t cut(char *line, struct label *labels)
{
    size_t count = 1;
    labels[0] = (struct label){LABEL_NAME, line};
    char *at = strchr(line, '{');
    if (!at)
        return count;
    for (*at++ = '\0'; *at && *at != '}' && count < MAX_LABELS;) {
        char *value = strchr(at, '"') + 1, *end = strchr(value, '"');
        value[-2] = *end = '\0';
        labels[count++] = (struct label){at, value};
        at = end + 1 + (end[1] == ',');
    }
    return count;
}

static void read_store(const char *file, struct store *store)
{
    struct arena *arena = arena_new();
    char line[MAX_LINE];
    FILE *in = fopen(file, "re");
    if (!in)
        exit(1);
    while (fgets(line, sizeof line, in)) {
        struct label labels[MAX_LABELS];
        char *value = strrchr(line, ' ');
        if (line[0] == '#' || !value)
            continue;
        *value = '\0';
        size_t count = cut(line, labels);
        store_append(store, labels_new(arena, labels, count), 1000, strtod(value + 1, NULL), NULL);
    }
    fclose(in);
    arena_free(&arena);
}

static void measure(const struct snapshot *snapshot, enum prometheus_format format,
                    const char *name)
{
    struct buf plain = {0}, compressed = {0};
    double begin = cpu_us(), middle;
    for (int i = 0; i < ROUNDS; i++) {
        buf_free(&plain);
        prometheus_render(snapshot, 0, NULL, format, &plain);
    }
    middle = cpu_us();
    for (int i = 0; i < ROUNDS; i++) {
        buf_free(&compressed);
        prometheus_compress(&plain, &compressed, NULL);
    }
    double series = (double)store_series_count(snapshot->sources->store) * ROUNDS;
    printf("%s %zu %zu %zu %.3f %.3f\n", name, store_series_count(snapshot->sources->store),
           plain.length, compressed.length, (middle - begin) / series,
           (cpu_us() - middle) / series);
    buf_free(&plain);
    buf_free(&compressed);
}

int main(int argc, char **argv)
{
    static const struct metric *metrics[1000];
    size_t count = 0;
    struct store *store = store_new();
    struct snapshot_source source = {store, 1000};
    struct snapshot snapshot = {.sources = &source, .source_count = 1, .metrics = metrics};

    if (argc != 2)
        return 2;
    for (size_t i = 0; probes[i]; i++)
        for (size_t k = 0; probes[i]->metrics[k] && count < 999; k++)
            metrics[count++] = probes[i]->metrics[k];
    read_store(argv[1], store);
    measure(&snapshot, PROMETHEUS_TEXT, "text");
    measure(&snapshot, PROMETHEUS_OPENMETRICS, "openmetrics");
    measure(&snapshot, PROMETHEUS_PROTOBUF, "protobuf");
    store_free(&store);
    return 0;
}
