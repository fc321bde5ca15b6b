/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_LOOK_H
#define CORE_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/alert.h"
#include "core/finding.h"

/* The values are the exit codes of the monitoring plugins' guidelines. */
enum verdict { VERDICT_OK, VERDICT_WARNING, VERDICT_CRITICAL, VERDICT_UNKNOWN };

/* "ok", "warning", "critical", "unknown" */
const char *verdict_name(enum verdict verdict);

/* How one probe's round went. */
struct probe_result {
    const char *name;
    bool up;           /* the round came to its end */
    double seconds;    /* how long it took */
    const char *error; /* why it is not up, "" otherwise */
};

/* A rule that could not be judged, because it looks back and there is nothing to look back on. */
struct unjudged {
    const char *name; /* alert or record */
    const char *why;
};

/*
 * What one look at the host came to: the input of every report. Arrays belong to whoever made the
 * look. Alerts are in the order of alert_worst_first().
 */
struct look {
    const char *host;
    int64_t at_ms;
    enum verdict verdict;
    const struct alert *alerts;
    size_t alert_count;
    const struct finding *findings;
    size_t finding_count;
    const struct probe_result *probes;
    size_t probe_count;
    const struct unjudged *unjudged;
    size_t unjudged_count;
};

/*
 * Critical before warning before unknown before ok; info is ok. Unknown when a finding is blind or
 * a probe is not up.
 */
enum verdict look_verdict(const struct look *look);

#endif
