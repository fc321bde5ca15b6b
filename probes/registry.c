/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/registry.h"

#include <string.h>

extern const struct probe mailindex_probe, md_probe, nfslock_probe, smart_probe;

const struct probe *const probes[] = {
    &md_probe, &smart_probe, &nfslock_probe, &mailindex_probe, NULL,
};

const struct probe *probe_find(const char *name)
{
    for (size_t i = 0; probes[i]; i++)
        if (strcmp(probes[i]->name, name) == 0)
            return probes[i];
    return NULL;
}
