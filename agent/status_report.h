/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_STATUS_REPORT_H
#define AGENT_STATUS_REPORT_H

#include "agent/report_table.h"

/* How a probe goes, and when it looks again. Times are the wall clock's; 0: not known. */
struct status_probe {
    const char *name;
    bool enabled, under_way;
    bool up;           /* the last round came to its end */
    const char *error; /* why it did not */
    int64_t interval_ms, last_ms, next_ms;
    double seconds; /* that the last round took */
};

/* A target in which a worker is stuck: it is left aside until the kernel lets that one go. */
struct status_aside {
    const char *probe, *target;
    int64_t since_ms;
};

struct status_silence {
    const char *id, *selector, *by, *comment;
    int64_t until_ms;
};

struct status_exporter {
    const char *name;
    bool running;
    size_t receivers, waiting; /* waiting: events that not all of them have */
};

/* What `forewarn status` tells: all that an agent knows. Arrays belong to whoever made it. */
struct status {
    const struct look *look; /* at its last judgement */
    const struct store *store;
    int64_t now_ms, started_ms;
    bool judged; /* since it started */
    const struct status_probe *probes;
    size_t probe_count;
    const struct status_aside *asides;
    size_t aside_count;
    const struct status_silence *silences;
    size_t silence_count;
    const struct status_exporter *exporters;
    size_t exporter_count;
    /* The short name by which people acknowledge an alert. */
    void (*alert_id)(const struct alert *alert, char id[9]);
};

/*
 * For people: the verdict, alerts with since when, arrays with bars of what runs on them, disks of
 * which there is something to say (verbose: all), probes, exporters. Fits the style's width.
 */
void status_table(const struct status *status, const struct report_style *style, struct buf *out);

/* As contrib/schema/status.schema.json has it: one JSON object and a newline. */
void status_json(const struct status *status, struct buf *out);

#endif
