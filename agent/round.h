/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_ROUND_H
#define AGENT_ROUND_H

#include <stddef.h>
#include <stdint.h>

#include "agent/launch.h"
#include "core/finding.h"

/*
 * One probe's round over its targets, through as many worker processes as it takes: what is done,
 * what is being touched and since when, what cost a worker its life. No processes here, and time
 * comes as an argument: this is the part that decides.
 *
 * A target may take the probe's own deadline, but at most ROUND_SHARE of the time that is left for
 * the whole (or ROUND_LEAST_MS where that is more), so that many targets which hang leave time for
 * the others.
 */
#define ROUND_SHARE 0.4

enum {
    ROUND_LEAST_MS = 250,
    ROUND_MAX_TARGETS = 20000,
    ROUND_MAX_NAME = 255, /* bytes of a target's name */
    ROUND_MAX_RESTARTS = 32,
    ROUND_MAX_LEFT_ASIDE = 16, /* workers that survived SIGKILL */
    /* A target that had less time than this when the whole ran short is not said to hang. */
    ROUND_FAIR_MS = 1000,
};

enum target_fate { TARGET_DONE, TARGET_HUNG, TARGET_UNSEEN };

struct target {
    const char *name;
    enum target_fate fate;
    bool twice; /* it was begun again */
};

struct round {
    const struct probe *probe;
    struct arena *arena;
    struct target **targets; /* those that are done with, in that order */
    size_t target_count, target_room;
    void *index;         /* tsearch(3) over them, by name */
    const char *current; /* being touched, NULL between targets */
    const char *last;    /* the target touched before, "" at first */
    int64_t end_ms;      /* when the time for the whole is over */
    int64_t target_ms;   /* that a target may take: the probe's own deadline, or another */
    int64_t since_ms;    /* of the current target, or since the last one or the worker's start */
    int64_t deadline_ms;
    unsigned restarts, strays, left_aside; /* strays: restarts for a worker lost between targets */
    bool done;
    const char *failure; /* why the probe could not make its round, "" while it can */
};

void round_init(struct round *round, const struct probe *probe, int64_t end_ms);
void round_free(struct round *round);

/* A target that is not to be touched, as a worker still hangs in it: it counts as hung. */
void round_leave_aside(struct round *round, const char *target);

/*
 * A worker was started, or has told of a target's begin or end, or of the end of the round. One
 * that is done may be begun once more, for what is to be asked last (the logs of a disk); a loss in
 * there leaves it done, unless it hangs.
 */
void round_started(struct round *round, int64_t now_ms);
int round_began(struct round *round, const char *target, int64_t now_ms, struct error *e);
int round_ended(struct round *round, const char *target, int64_t now_ms, struct error *e);
int round_finished(struct round *round, const char *failure, struct error *e);

/* Whether the target is done with, so that the next worker is to leave it out. */
bool round_knows(const struct round *round, const char *target);

/* Why a worker is no more. */
enum loss {
    LOSS_EXIT,     /* by itself */
    LOSS_DEADLINE, /* killed: its deadline has passed */
    LOSS_PROTOCOL, /* killed: what it said was no report */
    LOSS_FLOOD,    /* killed: too much of it */
    LOSS_TIME,     /* killed: the time for the whole is over */
};

/*
 * A worker is lost before the round was done. gone is what the launcher told of it, detail says
 * more of LOSS_PROTOCOL and LOSS_FLOOD. Fills the finding, its texts in the round's arena, and says
 * whether another worker shall go on. Otherwise round->failure says why not.
 */
bool round_lost(struct round *round, enum loss loss, const struct launch_event *gone,
                const char *detail, int64_t now_ms, struct finding *finding);

/* The worker could not be started, or there is no launcher to start it. */
void round_failed(struct round *round, const char *why);

#endif
