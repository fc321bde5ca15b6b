/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/probers.h"

#include <string.h>

static const struct prober *const probers[] = {
    &md_prober, &smart_prober, &nfslock_prober, &mailindex_prober, NULL,
};

const struct prober *prober_find(const char *name)
{
    for (size_t i = 0; probers[i]; i++)
        if (strcmp(probers[i]->probe->name, name) == 0)
            return probers[i];
    return NULL;
}
