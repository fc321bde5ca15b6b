/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_PARSE_H
#define AGENT_PARSE_H

#include <stdint.h>

#include "core/alert.h"
#include "core/error.h"

/* "10" (seconds, as plugins take it) or "10s", "1m30s", "500ms"; more than 0, at most a day. */
int parse_timeout(const char *text, int64_t *ms, struct error *e);

/* Seconds since 1970 with a fraction, or RFC 3339: "1772359200.5", "2026-03-01T10:00:00Z". */
int parse_time(const char *text, int64_t *ms, struct error *e);

/* A step: seconds with a fraction, or a duration; more than 0. */
int parse_step(const char *text, int64_t *ms, struct error *e);

/* What --severity says: the level that counts for an alert, whatever its rule says. */
struct severity_override {
    const char *alert;
    enum severity severity;
};

/* "ALERT=LEVEL"; text is changed and kept. */
int parse_severity(char *text, struct severity_override *override, struct error *e);

#endif
