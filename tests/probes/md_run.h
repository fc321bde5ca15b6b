/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PROBES_MD_RUN_H
#define TESTS_PROBES_MD_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "probes/probe.h"

/* What a round of the md probe reported, as lines of text, sorted. */
struct md_seen {
    struct arena *arena;
    char **lines; /* samples, "redundancy{array="md0"} 1": names without forewarn_md_ */
    size_t count, room;
    char **findings; /* "kind target file: message", "blind " before it where it is */
    size_t finding_count, finding_room;
    char **targets;
    size_t target_count, target_room;
};

/* A probe that runs round after round. */
struct md_run {
    const struct prober *prober;
    struct probe_run run;
    struct md_seen seen;
    const char *leave_out; /* a target for which begin() says no */
    void (*before)(const char *target);
};

void md_run_open(struct md_run *run);                                 /* the md probe */
void probe_run_open(struct md_run *run, const struct prober *prober); /* any */
void md_run_close(struct md_run *run);

/* One round over a root; the outcome stands in run->seen until the next. Gives poll()'s code. */
int md_run_poll(struct md_run *run, const char *root);

bool md_seen_has(const struct md_seen *seen, const char *line);
/* The first line that begins with text, NULL where there is none. */
const char *md_seen_like(const struct md_seen *seen, const char *text);
bool md_seen_finding(const struct md_seen *seen, const char *part);

/* The value of a series, NAN where there is none: md_seen_value(s, "redundancy{array=\"%s\"}", a)
 */
double md_seen_value(const struct md_seen *seen, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void md_seen_print(const struct md_seen *seen);

#endif
