/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_REPLAY_REPORT_H
#define AGENT_REPLAY_REPORT_H

#include "agent/replay.h"
#include "agent/report_table.h"

/* An event of a replay, as it is kept for the report; texts are the arena's. */
struct replay_event {
    int64_t at_ms;
    enum notify_kind kind;
    enum severity severity, before; /* before: of NOTIFY_CHANGED, what it was */
    const char *summary;
    const struct labels *labels, *annotations;
};

struct replay_timeline {
    const struct replay_result *result;
    const char *title; /* what happened, "" where nobody says */
    int64_t outage_ms; /* INT64_MIN: no moment was given */
    const struct replay_event *at;
    size_t count;
};

/* When an alert of that severity, or a worse one, was first told before the outage; NULL: never. */
const struct replay_event *replay_first(const struct replay_timeline *timeline,
                                        enum severity severity);

/* For people: a line an event, with its lead before the outage; then how early each severity came.
 */
void replay_table(const struct replay_timeline *timeline, const struct report_style *style,
                  struct buf *out);

/* The same for programs. */
void replay_json(const struct replay_timeline *timeline, struct buf *out);

#endif
