/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NFSLOCK_MEMORY_H
#define PROBES_NFSLOCK_MEMORY_H

#include <jansson.h>

#include "probes/nfslock.h"

/* As a new JSON value, and back: what is not of its form there is left out. NULL is nothing. */
json_t *nfslock_memory_render(const struct nfslock_memory *memory);
void nfslock_memory_parse(const json_t *from, struct nfslock_memory *memory);

#endif
