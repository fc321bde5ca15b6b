/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/nagios_range.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * range  = [ "@" ] ( end | start ":" [ end ] )
 * start  = "~" | number | nothing, which is 0
 * end    = number
 * number = [ "-" | "+" ] digits [ "." digits ], with digits on one side of the dot at least; no
 *          exponent, since the range goes into the performance data as it is.
 */
static const char *parse_number(const char *text, double *number)
{
    const char *at = text + (*text == '-' || *text == '+');
    size_t whole = strspn(at, "0123456789");
    const char *end = at + whole;
    size_t part = 0;
    if (*end == '.') {
        part = strspn(end + 1, "0123456789");
        end += 1 + part;
    }
    if (whole + part == 0)
        return NULL;
    *number = strtod(text, NULL);
    return isfinite(*number) ? end : NULL;
}

static const char *parse_start(const char *at, double *start)
{
    if (*at == '~') {
        *start = -INFINITY;
        return at + 1;
    }
    if (*at == ':') {
        *start = 0;
        return at[1] ? at : NULL; /* ":" alone says nothing */
    }
    return parse_number(at, start);
}

static int bad(const char *text, const char *why, struct error *e)
{
    return error_set(e, -EINVAL, "range '%s': %s", text, why);
}

int nagios_range_parse(const char *text, struct nagios_range *range, struct error *e)
{
    static const char form[] = "not of the form [@]start:end, as in 10, 10:, ~:10, 10:20, @10:20";
    const char *at = text + (*text == '@');
    const char *colon = strchr(at, ':');
    *range = (struct nagios_range){.start = 0, .end = INFINITY, .inside = *text == '@'};
    if (colon) {
        if (parse_start(at, &range->start) != colon)
            return bad(text, form, e);
        at = colon + 1;
    }
    if (!colon || *at) {
        at = parse_number(at, &range->end);
        if (!at || *at)
            return bad(text, form, e);
    }
    if (range->start > range->end)
        return bad(text, "its start is above its end", e);
    return 0;
}

bool nagios_range_alerts(const struct nagios_range *range, double value)
{
    if (isnan(value))
        return true;
    bool within = value >= range->start && value <= range->end;
    return within == range->inside;
}
