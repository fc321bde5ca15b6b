/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_REPLAY_PROBES_H
#define AGENT_REPLAY_PROBES_H

#include "agent/recording.h"
#include "agent/seen.h"

/*
 * The probes in a replay: those that the program has, and others of which the recording has samples
 * (/samples/NAME.om). When they look is as in a running agent; what cannot have changed is not
 * looked at again.
 */
enum { REPLAY_MAX_PROBES = 32 };

struct replay_probe {
    struct probe probe; /* a copy, or made from a name */
    struct seen *seen;
    int64_t looked_ms;
    bool due;     /* what it watches has changed */
    bool changed; /* something in the tree has, since it looked */
};

struct replay_probes {
    struct replay_probe at[REPLAY_MAX_PROBES];
    size_t count;
    struct arena *arena;
    const char *state_directory;
};

/* directory is the replay's own; what probes remember is kept in it. */
int replay_probes_open(struct replay_probes *all, const char *directory, struct error *e);
void replay_probes_close(struct replay_probes *all);

/* A look was read: who is to look at once? */
void replay_probes_changed(struct replay_probes *all, const struct recording *recording);

/* Lets those look whose time it is. */
void replay_probes_look(struct replay_probes *all, const struct root *root,
                        const struct clock *clock, int64_t t_ms);

/* What each saw last; seen has room for REPLAY_MAX_PROBES. */
size_t replay_probes_seen(const struct replay_probes *all, const struct seen **seen);

/* What was seen is old; all look at the next tick. */
void replay_probes_forget(struct replay_probes *all);

/* What an agent says of its probes. */
void replay_probes_report(const struct replay_probes *all, struct batch *batch);

#endif
