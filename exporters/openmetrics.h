/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_OPENMETRICS_H
#define EXPORTERS_OPENMETRICS_H

#include "core/buf.h"
#include "core/metrics.pb-c.h"

enum exposition {
    EXPOSITION_OPENMETRICS, /* application/openmetrics-text; version=1.0.0; charset=utf-8 */
    EXPOSITION_TEXT,        /* text/plain; version=0.0.4 */
};

/*
 * The families as a scrape gives them, sorted by name; families of one name, as they come target by
 * target, are put together under one head (the first one's), their metrics in the order given.
 * Counters without _total in their name get it. Timestamps are left out.
 */
void openmetrics_render(const Io__Prometheus__Client__MetricFamily *const *families, size_t count,
                        enum exposition format, struct buf *out);

#endif
