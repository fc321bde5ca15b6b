/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/parse.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rules/promql.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

/* Times go to the year 9999 or so. */
static const double max_seconds = 3e11;

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

/* Milliseconds of "12.5" seconds; false where text is no decimal number of a sane size. */
static bool read_seconds(const char *text, int64_t *ms)
{
    char *end;
    if (!*text || text[strspn(text, "0123456789+-.eE")])
        return false;
    double seconds = strtod(text, &end);
    if (*end || !(fabs(seconds) < max_seconds))
        return false;
    *ms = llround(seconds * 1000);
    return true;
}

/* "Z", "+01:00" or "-01:00" in seconds. */
static bool read_zone(const char *text, int *seconds)
{
    int hours, minutes, n = 0;
    *seconds = 0;
    if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
        return true;
    if ((*text != '+' && *text != '-') || strspn(text + 1, "0123456789") != 2 ||
        sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &n) != 2 || n != 5 || text[6] ||
        hours > 23 || minutes > 59)
        return false;
    *seconds = (hours * 60 + minutes) * (*text == '-' ? -60 : 60);
    return true;
}

/* 2026-03-01T10:00:00[.5](Z|+01:00) */
static bool read_rfc3339(const char *text, int64_t *ms)
{
    struct tm tm = {0};
    double fraction = 0;
    int zone;
    char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    if (!rest || rest - text != strlen("2026-03-01T10:00:00"))
        return false;
    if (*rest == '.' && strspn(rest + 1, "0123456789"))
        fraction = strtod(rest, &rest);
    if (!read_zone(rest, &zone))
        return false;
    *ms = ((int64_t)timegm(&tm) - zone) * 1000 + llround(fraction * 1000);
    return true;
}

int parse_time(const char *text, int64_t *ms, struct error *e)
{
    if (read_seconds(text, ms) || read_rfc3339(text, ms))
        return 0;
    return error_set(e, -EINVAL,
                     "'%.40s' is no time such as 2026-03-01T10:00:00Z or seconds since 1970", text);
}

int parse_step(const char *text, int64_t *ms, struct error *e)
{
    if (!read_seconds(text, ms) && promql_parse_duration(text, strlen(text), ms) < 0)
        return error_set(e, -EINVAL, "'%.40s' is no step such as 30s or 5m", text);
    return *ms > 0 ? 0 : error_set(e, -EINVAL, "a step is at least 1ms");
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
