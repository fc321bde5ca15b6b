/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_HOST_H
#define AGENT_HOST_H

#include "core/arena.h"
#include "core/root.h"

/* The name of this host, or of the one that a tree was recorded on, else the tree's own path. */
const char *host_name(const struct root *root, struct arena *arena);

#endif
