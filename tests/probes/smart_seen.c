/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/probes/smart_seen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "probes/probers.h"

static void keep_sample(struct smart_seen *seen, const struct sample *sample)
{
    struct buf line = {0};
    const char *between = "";
    buf_printf(&line, "%s{", sample->metric->name);
    for (size_t i = 0; i < METRIC_MAX_LABELS && sample->metric->labels[i]; i++) {
        if (!sample->values[i][0])
            continue;
        buf_printf(&line, "%s%s=\"%s\"", between, sample->metric->labels[i], sample->values[i]);
        between = ",";
    }
    buf_printf(&line, "} %.17g", sample->value);
    seen->lines = arena_grow(seen->arena, seen->lines, seen->line_count, &seen->line_room,
                             sizeof *seen->lines);
    seen->lines[seen->line_count++] = arena_strdup(seen->arena, line.data);
    buf_free(&line);
}

static void keep_finding(struct smart_seen *seen, const struct finding *finding)
{
    seen->findings = arena_grow(seen->arena, seen->findings, seen->finding_count,
                                &seen->finding_room, sizeof *seen->findings);
    struct finding *kept = &seen->findings[seen->finding_count++];
    *kept = *finding;
    kept->kind = arena_strdup(seen->arena, finding->kind);
    kept->target = arena_strdup(seen->arena, finding->target);
    kept->file = arena_strdup(seen->arena, finding->file);
    kept->message = arena_strdup(seen->arena, finding->message);
}

void smart_seen_flush(struct smart_seen *seen)
{
    struct batch *batch = &seen->run.batch;
    if (arena_bytes(batch->arena) > seen->peak)
        seen->peak = arena_bytes(batch->arena);
    for (size_t i = 0; i < batch->sample_count; i++)
        keep_sample(seen, &batch->samples[i]);
    for (size_t i = 0; i < batch->finding_count; i++)
        keep_finding(seen, &batch->findings[i]);
    batch_reset(batch);
}

static bool begin(struct probe_run *run, const char *target)
{
    struct smart_seen *seen = run->owner;
    if (seen->skip && strcmp(seen->skip, target) == 0)
        return false;
    seen->begun++;
    return true;
}

static void end(struct probe_run *run, const char *target)
{
    struct smart_seen *seen = run->owner;
    (void)target;
    seen->ended++;
    smart_seen_flush(seen);
}

void smart_seen_open(struct smart_seen *seen, const char *root)
{
    struct error e = {0};
    *seen = (struct smart_seen){.arena = arena_new()};
    clock_sim_init(&seen->clock, INT64_C(1700000000000));
    if (root_open(root, &seen->root, &e) < 0) {
        fprintf(stderr, "%s\n", e.text);
        abort();
    }
    seen->run = (struct probe_run){
        .root = seen->root, .clock = &seen->clock.clock, .begin = begin, .end = end, .owner = seen};
    batch_init(&seen->run.batch);
    if (smart_prober.open(&seen->run, &e) < 0)
        abort();
}

void smart_seen_forget(struct smart_seen *seen)
{
    seen->lines = NULL;
    seen->findings = NULL;
    seen->line_count = seen->line_room = seen->finding_count = seen->finding_room = 0;
    arena_reset(seen->arena);
}

int smart_seen_poll(struct smart_seen *seen, struct error *e)
{
    smart_seen_forget(seen);
    int code = smart_prober.poll(&seen->run, e);
    smart_seen_flush(seen);
    return code;
}

void smart_seen_close(struct smart_seen *seen)
{
    smart_prober.close(&seen->run);
    batch_free(&seen->run.batch);
    root_close(&seen->root);
    arena_free(&seen->arena);
}

double smart_seen_value(const struct smart_seen *seen, const char *series)
{
    size_t n = strlen(series);
    for (size_t i = 0; i < seen->line_count; i++)
        if (strncmp(seen->lines[i], series, n) == 0 && seen->lines[i][n] == ' ')
            return strtod(seen->lines[i] + n, NULL);
    return NAN;
}

const struct finding *smart_seen_finding(const struct smart_seen *seen, const char *target,
                                         const char *file)
{
    for (size_t i = 0; i < seen->finding_count; i++)
        if (target ? strcmp(seen->findings[i].target, target) == 0
                   : strcmp(seen->findings[i].file, file) == 0)
            return &seen->findings[i];
    return NULL;
}

void smart_seen_print(const struct smart_seen *seen)
{
    for (size_t i = 0; i < seen->line_count; i++)
        fprintf(stderr, "%s\n", seen->lines[i]);
    for (size_t i = 0; i < seen->finding_count; i++)
        fprintf(stderr, "%s%s %s %s: %s\n", seen->findings[i].kind,
                seen->findings[i].blind ? " (blind)" : "", seen->findings[i].target,
                seen->findings[i].file, seen->findings[i].message);
}
