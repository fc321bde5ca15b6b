/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_SNAPSHOT_H
#define CORE_SNAPSHOT_H

#include "core/look.h"
#include "core/metric.h"
#include "core/metrics.pb-c.h"
#include "core/store.h"

/* What one source (a probe's last round, the agent itself) has seen: each series once, at at_ms. */
struct snapshot_source {
    const struct store *store;
    int64_t at_ms; /* wall clock; core/instant.h finds values at it */
};

/*
 * What the agent knows now, for those who tell others: const, in memory, and good until the next
 * one is published. Values are those of the last rounds; alerts are those of the last tick.
 */
struct snapshot {
    uint64_t version; /* another one each time something changed */
    const struct snapshot_source *sources;
    size_t source_count;
    const struct metric *const *metrics; /* all that sources may hold, by name; NULL at the end */
    const struct store *store;           /* what rules look at: recorded series, history */
    int64_t tick_ms;                     /* of the last tick; INT64_MIN: none yet */
    struct look look;                    /* host, alerts that fire, findings, how rounds went */
};

/*
 * The values of all sources as metric families, one a metric that has any, in the order of
 * snapshot->metrics, series in the order of their labels source by source. All of it is the
 * arena's, but label texts are the stores'.
 */
size_t snapshot_families(const struct snapshot *snapshot, struct arena *arena,
                         Io__Prometheus__Client__MetricFamily ***families);

#endif
