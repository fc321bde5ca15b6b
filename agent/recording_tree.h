/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RECORDING_TREE_H
#define AGENT_RECORDING_TREE_H

#include "agent/recording.h"

/*
 * A recording's state as real files in a directory of their own, for probes to look at. Nothing is
 * ever written through a link, as links and paths come from a recording that anybody may have made.
 */
struct recording_tree {
    char path[64]; /* the directory, "" where there is none */
    int fd;
};

/* Makes an empty directory below $TMPDIR, else /dev/shm or /tmp. */
int recording_tree_make(struct recording_tree *tree, struct error *e);

/* Brings about what the look that was read last has changed. */
int recording_tree_apply(const struct recording_tree *tree, const struct recording *recording,
                         struct error *e);

/* Removes it with all that is in it. */
void recording_tree_remove(struct recording_tree *tree);

#endif
