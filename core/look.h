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

/* An alert that fires and that somebody knows of already: it is shown apart and does not count. */
struct held_alert {
    const struct alert *alert;
    const char *why;          /* "acknowledged", "silenced" */
    const char *by, *comment; /* "" where nobody said */
    int64_t until_ms;         /* wall clock; 0: until it gets worse, or ends */
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
    /* What only somebody knows who watches all the time; it does not count. */
    bool watched;                /* that is an agent's look */
    const struct alert *pending; /* have not held for as long as their rules want */
    size_t pending_count;
    const struct held_alert *held;
    size_t held_count;
};

/*
 * Critical before warning before unknown before ok; info is ok. Unknown when a finding is blind or
 * a probe is not up.
 */
enum verdict look_verdict(const struct look *look);

#endif
