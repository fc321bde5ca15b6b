/* SPDX-License-Identifier: Apache-2.0 */
#include "core/alert.h"

#include <string.h>

static const char *const severity_names[] = {
    [SEVERITY_NONE] = "none",
    [SEVERITY_INFO] = "info",
    [SEVERITY_WARNING] = "warning",
    [SEVERITY_CRITICAL] = "critical",
};

enum severity severity_from_name(const char *name)
{
    for (int i = SEVERITY_CRITICAL; i > SEVERITY_NONE; i--)
        if (strcmp(name, severity_names[i]) == 0)
            return (enum severity)i;
    return SEVERITY_NONE;
}

const char *severity_name(enum severity severity)
{
    return severity_names[severity];
}

const char *alert_state_name(enum alert_state state)
{
    static const char *const names[] = {"inactive", "pending", "firing", "resolved"};
    return names[state];
}
