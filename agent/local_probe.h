/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_LOCAL_PROBE_H
#define AGENT_LOCAL_PROBE_H

#include "agent/seen.h"
#include "core/root.h"

/*
 * A probe's round in this process, with no worker: over a tree of files, which cannot hang. Each
 * round begins anew, as an agent's does, with what the state directory remembers.
 */
struct local_probe {
    const struct probe *probe;
    const struct root *root; /* not this host's */
    const struct clock *clock;
    const char *state_directory; /* may be NULL */
};

/*
 * Makes a round at the clock's time and gives what it saw. Where the tree holds samples of the
 * probe, in /samples/NAME.om (OpenMetrics), it gives those and does not run it: that is how a
 * recording keeps what was asked over the network or is nobody's business.
 */
struct seen *local_probe_look(const struct local_probe *local);

#endif
