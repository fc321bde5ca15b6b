/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/probes/md_run.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/labels.h"
#include "probes/probers.h"

static void add(struct md_seen *seen, char ***lines, size_t *count, size_t *room, const char *text)
{
    *lines = arena_grow(seen->arena, *lines, *count, room, sizeof **lines);
    (*lines)[(*count)++] = arena_strdup(seen->arena, text);
}

static void add_sample(struct md_seen *seen, const struct sample *sample)
{
    struct buf line = {0};
    const char *name = sample->metric->name, *prefix = "forewarn_md_", *comma = "";

    buf_puts(&line, strncmp(name, prefix, strlen(prefix)) ? name : name + strlen(prefix));
    buf_puts(&line, "{");
    for (size_t i = 0; sample->metric->labels[i]; i++) {
        buf_printf(&line, "%s%s=\"", comma, sample->metric->labels[i]);
        label_escape(sample->values[i], &line);
        buf_puts(&line, "\"");
        comma = ",";
    }
    bool whole = sample->value == floor(sample->value);
    buf_printf(&line, whole ? "} %.0f" : "} %.10g", sample->value);
    add(seen, &seen->lines, &seen->count, &seen->room, line.data);
    buf_free(&line);
}

static void add_finding(struct md_seen *seen, const struct finding *f)
{
    struct buf line = {0};
    buf_printf(&line, "%s%s %s %s: %s", f->blind ? "blind " : "", f->kind,
               f->target[0] ? f->target : "-", f->file[0] ? f->file : "-", f->message);
    add(seen, &seen->findings, &seen->finding_count, &seen->finding_room, line.data);
    buf_free(&line);
}

static void take(struct md_run *run)
{
    struct batch *batch = &run->run.batch;
    for (size_t i = 0; i < batch->sample_count; i++)
        add_sample(&run->seen, &batch->samples[i]);
    for (size_t i = 0; i < batch->finding_count; i++)
        add_finding(&run->seen, &batch->findings[i]);
    batch_reset(batch);
}

static bool begin(struct probe_run *probe_run, const char *target)
{
    struct md_run *run = probe_run->owner;
    struct md_seen *seen = &run->seen;
    if (run->leave_out && strcmp(run->leave_out, target) == 0)
        return false;
    if (run->before)
        run->before(target);
    add(seen, &seen->targets, &seen->target_count, &seen->target_room, target);
    return true;
}

static void end(struct probe_run *probe_run, const char *target)
{
    (void)target;
    take(probe_run->owner);
}

void probe_run_open(struct md_run *run, const struct prober *prober)
{
    *run = (struct md_run){
        .prober = prober,
        .run = {.clock = &clock_system, .begin = begin, .end = end, .owner = run},
        .seen = {.arena = arena_new()},
    };
    batch_init(&run->run.batch);
    prober->open(&run->run, NULL);
}

void md_run_open(struct md_run *run)
{
    probe_run_open(run, &md_prober);
}

void md_run_close(struct md_run *run)
{
    run->prober->close(&run->run);
    batch_free(&run->run.batch);
    arena_free(&run->seen.arena);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int md_run_poll(struct md_run *run, const char *directory)
{
    struct error e = {0};
    struct root *root;
    struct arena *arena = run->seen.arena;

    arena_reset(arena);
    run->seen = (struct md_seen){.arena = arena};
    int code = root_open(directory, &root, &e);
    if (code == 0) {
        run->run.root = root;
        code = run->prober->poll(&run->run, &e);
        take(run);
    }
    root_close(&root);
    if (code < 0)
        printf("%s\n", e.text);
    if (run->seen.count)
        qsort(run->seen.lines, run->seen.count, sizeof *run->seen.lines, by_text);
    return code;
}

const char *md_seen_like(const struct md_seen *seen, const char *text)
{
    for (size_t i = 0; i < seen->count; i++)
        if (strncmp(seen->lines[i], text, strlen(text)) == 0)
            return seen->lines[i];
    return NULL;
}

bool md_seen_has(const struct md_seen *seen, const char *line)
{
    for (size_t i = 0; i < seen->count; i++)
        if (strcmp(seen->lines[i], line) == 0)
            return true;
    return false;
}

bool md_seen_finding(const struct md_seen *seen, const char *part)
{
    for (size_t i = 0; i < seen->finding_count; i++)
        if (strstr(seen->findings[i], part))
            return true;
    return false;
}

double md_seen_value(const struct md_seen *seen, const char *format, ...)
{
    char series[512];
    va_list args;
    va_start(args, format);
    vsnprintf(series, sizeof series - 1, format, args);
    va_end(args);
    strcat(series, " ");
    const char *line = md_seen_like(seen, series);
    return line ? strtod(line + strlen(series), NULL) : NAN;
}

void md_seen_print(const struct md_seen *seen)
{
    for (size_t i = 0; i < seen->count; i++)
        printf("  %s\n", seen->lines[i]);
    for (size_t i = 0; i < seen->finding_count; i++)
        printf("  ? %s\n", seen->findings[i]);
}
