/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "exporters/exporter.h"
#include "exporters/nagios_passive.h"
#include "exporters/snmp.h"

extern const struct exporter exec_exporter, webhook_exporter;

const struct exporter *const exporters[] = {
    &snmp_exporter, &exec_exporter, &webhook_exporter, &nagios_exporter, NULL,
};

const struct exporter *exporter_find(const char *name)
{
    for (size_t i = 0; exporters[i]; i++)
        if (strcmp(exporters[i]->name, name) == 0)
            return exporters[i];
    return NULL;
}
