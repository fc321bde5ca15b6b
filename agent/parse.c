/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/promql.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

int parse_timeout(const char *text, int64_t *ms, struct error *e)
{
    size_t digits = strspn(text, "0123456789");

    if (digits && digits < 9 && !text[digits])
        *ms = (int64_t)atol(text) * 1000;
    else if (promql_parse_duration(text, strlen(text), ms) < 0)
        return error_set(e, -EINVAL, "'%.40s' is no duration such as 10s", text);
    if (*ms <= 0 || *ms > DAY_MS)
        return error_set(e, -EINVAL, "'%.40s' is not between 1ms and 1d", text);
    return 0;
}

int parse_severity(char *text, struct severity_override *override, struct error *e)
{
    char *equals = strrchr(text, '=');

    if (!equals || equals == text)
        return error_set(e, -EINVAL, "'%.80s' is not ALERT=LEVEL", text);
    *override =
        (struct severity_override){.alert = text, .severity = severity_from_name(equals + 1)};
    if (override->severity == SEVERITY_NONE)
        return error_set(e, -EINVAL, "level '%.40s' is none of info, warning, critical",
                         equals + 1);
    *equals = '\0';
    return 0;
}
