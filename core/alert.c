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

static bool concerns_whole_array(const struct alert *alert)
{
    return labels_get(alert->labels, "array")[0] && !labels_get(alert->labels, "device")[0];
}

int alert_worst_first(const void *a, const void *b)
{
    const struct alert *x = a, *y = b;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    if (concerns_whole_array(x) != concerns_whole_array(y))
        return concerns_whole_array(x) ? -1 : 1;
    int order = strcmp(x->name, y->name);
    return order ? order : labels_compare(x->labels, y->labels);
}
