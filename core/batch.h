/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_BATCH_H
#define CORE_BATCH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/arena.h"
#include "core/finding.h"
#include "core/metric.h"

/* Prometheus' staleness marker: a NaN with this payload says that a series has ended. */
#define STALE_NAN_BITS UINT64_C(0x7ff0000000000002)

static inline int is_stale_nan(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits == STALE_NAN_BITS;
}

static inline double stale_nan(void)
{
    uint64_t bits = STALE_NAN_BITS;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* One measured value: label values stand in the order of metric->labels; "" means no such label. */
struct sample {
    const struct metric *metric;
    const char *const *values;
    double value;
};

/*
 * What a probe reports of one target. Samples and findings with their strings live in the batch's
 * own arena; batch_reset() empties it for the next target, so that a probe's memory does not grow
 * with the number of its targets.
 */
struct batch {
    struct arena *arena;
    struct sample *samples;
    size_t sample_count, sample_room;
    struct finding *findings;
    size_t finding_count, finding_room;
};

void batch_init(struct batch *batch);
void batch_reset(struct batch *batch);
void batch_free(struct batch *batch);

/*
 * Adds a sample; strings are copied. Use it through the macro, with one value a label:
 *     BATCH_SAMPLE(b, &md_disks, 3, "md0", "in_sync");
 */
void batch_sample(struct batch *batch, const struct metric *metric, double value,
                  const char *const *values, size_t count);

#define BATCH_SAMPLE(batch, metric, value, ...)                                                    \
    batch_sample((batch), (metric), (value), (const char *const[]){__VA_ARGS__},                   \
                 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/*
 * Adds a finding; all strings are copied, NULL is taken as "". probe is filled in by whoever runs
 * the probe.
 */
void batch_finding(struct batch *batch, const struct finding *finding);

#endif
