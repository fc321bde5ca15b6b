/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_OPENMETRICS_READ_H
#define EXPORTERS_OPENMETRICS_READ_H

#include "core/error.h"
#include "core/store.h"
#include "exporters/openmetrics.h"

/* A text with samples: one scrape, or a history with a timestamp at each sample. */
struct openmetrics_source {
    const char *name; /* for errors */
    const char *text;
    size_t length;
    enum exposition format;
    int64_t untimed_ms; /* when a sample without a timestamp was taken */
};

struct openmetrics_summary {
    size_t samples;
    int64_t newest_ms; /* where there are samples */
};

enum { OPENMETRICS_MAX_SERIES = 1000000, OPENMETRICS_MAX_SAMPLES = 10 * 1000 * 1000 };

/*
 * Adds the samples to a store, histograms and summaries as the series they consist of; exemplars
 * are read over. -EINVAL says "name:line:column: what" of the first thing that is wrong: what
 * OpenMetrics 1.0 forbids, two values of a series for one time, and a time before the last one.
 * As promtool, it takes a history whose metrics come round by round: what has no timestamps has to
 * stand together. -E2BIG where a bound is met.
 */
int openmetrics_read(const struct openmetrics_source *source, struct store *store,
                     struct openmetrics_summary *summary, struct error *e);

#endif
