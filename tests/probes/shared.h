/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PROBES_SHARED_H
#define TESTS_PROBES_SHARED_H

#include <stddef.h>

#include "tests/probes/tree.h"

/*
 * Recordings that are not part of the project: below $FOREWARN_SHARED, else ../shared beside the
 * sources. Each function ends the program with 77, which skips the test, and says by name what is
 * missing, where they are not there.
 */

/* The path of a file or folder there, "corpus/mdstat". */
const char *shared_path(const char *relative, char path[4096]);

/*
 * Unpacks lab/states/NAME.tar.zst, a recorded host, into a temporary tree; the host's root is
 * tree->path/NAME, given back in path. tree_remove() when done.
 */
const char *shared_state(struct tree *tree, const char *name, char path[4096]);

/* Names of all recorded hosts, NULL at the end; to be freed, with each name, by whoever calls. */
char **shared_states(void);

#endif
