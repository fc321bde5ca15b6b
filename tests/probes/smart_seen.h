/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PROBES_SMART_SEEN_H
#define TESTS_PROBES_SMART_SEEN_H

#include <stddef.h>

#include "core/clock.h"
#include "probes/probe.h"

/* Runs the SMART probe over a root and keeps all that it reports. */
struct smart_seen {
    struct probe_run run;
    struct clock_sim clock;
    struct root *root;
    struct arena *arena;
    char **lines; /* samples as Prometheus writes them: name{a="b"} 1 */
    size_t line_count, line_room;
    struct finding *findings;
    size_t finding_count, finding_room;
    int begun, ended;
    const char *skip; /* a target that is done with, NULL: none */
    size_t peak;      /* bytes of the batch's arena at its fullest */
};

void smart_seen_open(struct smart_seen *seen, const char *root);
int smart_seen_poll(struct smart_seen *seen, struct error *e); /* forgets the round before */
void smart_seen_forget(struct smart_seen *seen);
void smart_seen_flush(struct smart_seen *seen); /* takes what is in the batch */
void smart_seen_close(struct smart_seen *seen);

/* The value of the series written so, NAN where there is none. */
double smart_seen_value(const struct smart_seen *seen, const char *series);

/* The first finding about a target (or a file, when target is NULL); NULL where there is none. */
const struct finding *smart_seen_finding(const struct smart_seen *seen, const char *target,
                                         const char *file);

/* For the eye: everything to standard error. */
void smart_seen_print(const struct smart_seen *seen);

#endif
