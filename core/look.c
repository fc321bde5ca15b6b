/* SPDX-License-Identifier: Apache-2.0 */
#include "core/look.h"

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {"ok", "warning", "critical", "unknown"};
    return names[verdict];
}

static bool saw_everything(const struct look *look)
{
    for (size_t i = 0; i < look->finding_count; i++)
        if (look->findings[i].blind)
            return false;
    for (size_t i = 0; i < look->probe_count; i++)
        if (!look->probes[i].up)
            return false;
    return true;
}

enum verdict look_verdict(const struct look *look)
{
    enum severity worst = SEVERITY_NONE;
    for (size_t i = 0; i < look->alert_count; i++)
        if (look->alerts[i].severity > worst)
            worst = look->alerts[i].severity;
    if (worst == SEVERITY_CRITICAL)
        return VERDICT_CRITICAL;
    if (worst == SEVERITY_WARNING)
        return VERDICT_WARNING;
    return saw_everything(look) ? VERDICT_OK : VERDICT_UNKNOWN;
}
