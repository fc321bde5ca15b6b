/* SPDX-License-Identifier: Apache-2.0 */
#include "core/batch.h"

#include <assert.h>

void batch_init(struct batch *batch)
{
    *batch = (struct batch){.arena = arena_new()};
}

void batch_reset(struct batch *batch)
{
    struct arena *arena = batch->arena;
    arena_reset(arena);
    *batch = (struct batch){.arena = arena};
}

void batch_free(struct batch *batch)
{
    arena_free(&batch->arena);
    *batch = (struct batch){0};
}

static const char *copy(struct batch *batch, const char *text)
{
    return text && text[0] ? arena_strdup(batch->arena, text) : "";
}

static size_t label_count(const struct metric *metric)
{
    size_t n = 0;
    while (n < METRIC_MAX_LABELS && metric->labels[n])
        n++;
    return n;
}

void batch_sample(struct batch *batch, const struct metric *metric, double value,
                  const char *const *values, size_t count)
{
    assert(count == label_count(metric));
    const char **kept = ARENA_ARRAY(batch->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++)
        kept[i] = copy(batch, values[i]);
    batch->samples = arena_grow(batch->arena, batch->samples, batch->sample_count,
                                &batch->sample_room, sizeof *batch->samples);
    batch->samples[batch->sample_count++] =
        (struct sample){.metric = metric, .values = kept, .value = value};
}

void batch_finding(struct batch *batch, const struct finding *finding)
{
    batch->findings = arena_grow(batch->arena, batch->findings, batch->finding_count,
                                 &batch->finding_room, sizeof *batch->findings);
    batch->findings[batch->finding_count++] = (struct finding){
        .kind = copy(batch, finding->kind),
        .blind = finding->blind,
        .probe = copy(batch, finding->probe),
        .target = copy(batch, finding->target),
        .file = copy(batch, finding->file),
        .offset = finding->offset,
        .message = copy(batch, finding->message),
    };
}
