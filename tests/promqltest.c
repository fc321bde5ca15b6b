/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs test scripts of Prometheus' promqltest package (github.com/prometheus/prometheus,
 * promql/promqltest): promqltest [--experimental] FILE.test...
 *
 * A line tells of each eval that fails, and of each that is skipped because it selects native
 * histograms or uses what upstream calls an experiment; with --experimental such functions are run
 * as far as they are known. Exits 1 where any failed, 2 where a script could not be read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/rules/promqltest.h"

static char *read_file(const char *path, struct arena *arena)
{
    FILE *file = fopen(path, "rb");
    struct buf text = {0};
    char chunk[4096];
    size_t n;
    if (!file)
        return NULL;
    buf_puts(&text, "");
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add(&text, chunk, n);
    bool failed = ferror(file);
    fclose(file);
    char *copy = failed ? NULL : arena_strndup(arena, text.data, text.length);
    buf_free(&text);
    return copy;
}

static bool run_file(const char *path, bool experimental, struct tally *tally)
{
    SCRATCH_ARENA(arena);
    struct script script;
    struct error e = {0};
    char *text = read_file(path, arena);
    if (!text || script_parse(text, arena, &script, &e)) {
        fprintf(stderr, "promqltest: %s: %s\n", path, text ? e.text : "cannot be read");
        return false;
    }
    script_run(path, &script, experimental, tally);
    return true;
}

int main(int argc, char **argv)
{
    struct tally tally = {0};
    bool experimental = argc > 1 && strcmp(argv[1], "--experimental") == 0, read = true;
    if (argc < 2 + experimental) {
        fprintf(stderr, "usage: promqltest [--experimental] FILE.test...\n");
        return 2;
    }
    for (int i = 1 + experimental; i < argc; i++)
        read = run_file(argv[i], experimental, &tally) && read;
    printf("%zu passed, %zu failed, %zu skipped\n", tally.passed, tally.failed, tally.skipped);
    return !read ? 2 : tally.failed ? 1 : 0;
}
