/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_INTAKE_H
#define AGENT_INTAKE_H

#include <stdbool.h>

#include "core/finding.h"
#include "core/store.h"
#include "core/worker.pb-c.h"
#include "probes/probe.h"

/*
 * Where what workers report comes in: samples go into the store at one timestamp, findings into a
 * list. A worker's bytes are outside input: a probe can report no metric or label that it does not
 * declare, speaks for itself only, and no more than the bounds below. What breaks the first is left
 * out and a finding says so; what breaks the last ends its round.
 */
enum {
    /* Of one probe in one look; 1,000 disks give 95,000 samples. */
    INTAKE_MAX_SAMPLES = 300 * 1000,
    INTAKE_MAX_FINDINGS = 20 * 1000,
    INTAKE_MAX_VALUE = 1024,              /* bytes of a label's value */
    INTAKE_MAX_TEXT = 4096,               /* bytes of a finding's text, the rest is cut off */
    INTAKE_MAX_INPUT = 512 * 1024 * 1024, /* bytes that a probe read */
};

/* One probe, as the intake knows it. */
struct intake_source {
    const struct probe *probe;
    size_t samples, findings, input_bytes; /* taken so far */
    bool again; /* a second worker goes on: what belongs to no target comes again, maybe changed */
};

struct intake {
    struct arena *arena; /* findings and their texts */
    struct store *store;
    int64_t t_ms;
    struct finding *findings;
    size_t finding_count, finding_room;
    void *index; /* tsearch(3) over the findings: a restarted worker repeats some */

    /* Whole reports are kept too, for `forewarn probe`, which shows families with their HELP. */
    bool keep;
    Forewarn__Report **reports;
    size_t report_count, report_room;

    /* Told of what was read, where that was asked for; its bytes are outside input. */
    void (*input)(void *arg, const Forewarn__Input *input);
    void *input_arg;
};

/* arena and store are the caller's. */
void intake_init(struct intake *intake, struct arena *arena, struct store *store, int64_t t_ms,
                 bool keep);
void intake_free(struct intake *intake);

/* Adds a finding unless it is there already; texts are copied, cut and never NULL. */
void intake_finding(struct intake *intake, const struct finding *finding);

/*
 * Takes a report's samples and findings; the report is the intake's from now on, whatever comes of
 * it. -EDQUOT when the probe has reported too much.
 */
int intake_report(struct intake *intake, struct intake_source *source, Forewarn__Report *report,
                  struct error *e);

/* Probe by probe, in the order in which each reported: workers run side by side. */
void intake_sort(struct intake *intake);

/* Takes what the agent itself has measured. */
void intake_batch(struct intake *intake, const struct probe *self, const struct batch *batch);

#endif
