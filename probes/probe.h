/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_PROBE_H
#define PROBES_PROBE_H

#include <stdbool.h>

#include "core/batch.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/root.h"

/*
 * A probe measures one kind of thing and judges nothing. It runs in a worker process of its own
 * that may be killed at any moment, knows nothing but core/, and keeps to this contract:
 *
 *  - Before it touches a target (a disk, an array, a mount, a store) it calls probe_begin(); where
 *    that says false the target is left out this time. After it, probe_end(). Between the two the
 *    target's deadline runs: a target that makes the probe wait longer costs the probe its process,
 *    and the next one is told to leave that target out. A round may come back to a target once, for
 *    what can wait until all have been looked at.
 *  - What it sees goes into run->batch. probe_end() sends it off and empties it, so memory does not
 *    grow with the number of targets. Samples of no target are added outside and sent by the next
 *    probe_end() or at the end of the round.
 *  - One odd target is a finding and the rest goes on. poll() fails only when there was nothing it
 *    could look at.
 */
struct probe_run {
    const struct root *root; /* where to look */
    const struct clock *clock;
    struct batch batch;
    const char *state_directory; /* where a probe may keep what it learnt, NULL: nowhere */
    const char *smartctl;        /* program to run for smartctl -j, NULL: none */
    const char *settings;        /* what the configuration says for it, as JSON; NULL: nothing */
    void *state;                 /* the probe's own, from one round to the next */

    /* Filled by whoever runs the probe: a worker, or a test. */
    bool (*begin)(struct probe_run *run, const char *target);
    void (*end)(struct probe_run *run, const char *target);
    /* Told of what was read otherwise than below the root, as what a recorded tree has; NULL:
       nobody records. See probe_input(). */
    void (*input)(struct probe_run *run, const char *path, const void *data, size_t length);
    void *owner;
};

/* What the kernel tells of at once, and what a probe may be waiting for. */
enum probe_wake {
    PROBE_WAKE_ARRAY = 1, /* an md array or a member of one changed */
    PROBE_WAKE_DISK = 2,  /* a disk came or went */
    PROBE_WAKE_LINK = 4,  /* a network link or an address came or went */
};

/* What a probe is: all that the agent knows of it, so that it carries none of its libraries. */
struct probe {
    const char *name;
    const char *what;         /* for people: "md arrays" */
    const char *capabilities; /* what its worker keeps when root starts it, by the names of
                                 cap_from_name(3) with commas between; "" for none */
    int interval_ms;          /* how often by default */
    int deadline_ms;          /* how long a target may take by default */
    unsigned wakes;           /* enum probe_wake: after these it looks at once */
    const struct metric *const *metrics; /* all it may report, NULL at the end */

    /*
     * What a recording (forewarn record) keeps of it. Usually that is all that it reads below its
     * root, and what it hands to probe_input(). A probe that asks over the network, or reads what
     * is nobody else's business, says true: its samples are kept then, and no input.
     */
    bool recorded_by_samples;

    bool asks; /* its prober has ask() */
};

/* How it looks. Linked into what runs it: forewarn-probe, and the command for recorded trees. */
struct prober {
    const struct probe *probe;

    int (*open)(struct probe_run *run, struct error *e); /* may be NULL; sets run->state */
    int (*poll)(struct probe_run *run, struct error *e); /* one round over all targets */
    void (*close)(struct probe_run *run);                /* may be NULL */

    /*
     * A look at one target that somebody names: /probe?module=NAME&target=TARGET
     * (agent/web_probe.h). Like poll(), within probe_begin() and probe_end() of that very name. 0:
     * all is well with it; negative: it is not, and e says why. What was measured counts in both
     * cases. May be NULL.
     */
    int (*ask)(struct probe_run *run, const char *target, struct error *e);
};

static inline bool probe_begin(struct probe_run *run, const char *target)
{
    return run->begin(run, target);
}

/*
 * Something was read that a recorded tree has as a file at path ("/smart/sda.blob"), but that was
 * not read below the root here. Costs nothing where nobody records.
 */
static inline void probe_input(struct probe_run *run, const char *path, const void *data,
                               size_t length)
{
    if (run->input)
        run->input(run, path, data, length);
}

static inline void probe_end(struct probe_run *run, const char *target)
{
    run->end(run, target);
}

/* Adds a finding about a file; message as in struct finding. */
void probe_finding(struct probe_run *run, const char *kind, bool blind, const char *target,
                   const char *file, const char *format, ...) __attribute__((format(printf, 6, 7)));

#endif
