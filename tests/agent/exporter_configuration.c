/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/agent/exporter_configuration.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "exporters/exporter.h"

static void collect(const char *text, void *arg)
{
    buf_printf(arg, "%s\n", text);
}

const char *exporter_configuration(const char *text, struct arena *arena, struct config *config)
{
    static const struct probe *const no_probes[] = {NULL};
    struct buf errors = {0};

    config_parse("f.yml", text, strlen(text), no_probes, arena, config, collect, &errors);
    const char *all = arena_strdup(arena, errors.length ? errors.data : "");
    buf_free(&errors);
    return all;
}

const struct config_exporter *exporter_configured(const struct config *config, const char *name)
{
    for (size_t i = 0; exporters[i]; i++)
        if (strcmp(exporters[i]->name, name) == 0)
            return &config->exporters[i];
    abort();
}
