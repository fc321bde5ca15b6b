/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_NAGIOS_RANGE_H
#define EXPORTERS_NAGIOS_RANGE_H

#include <stdbool.h>

#include "core/error.h"

/*
 * A threshold of the monitoring plugins' guidelines, [@]start:end: alert when the value is outside
 * of start..end, with @ when it is inside, the ends belonging to the range. "10" is 0..10, "10:" is
 * 10 and up, "~:10" is everything up to 10.
 */
struct nagios_range {
    double start, end; /* -INFINITY and INFINITY where there is none */
    bool inside;       /* '@' */
};

/* -EINVAL with the place for a text that is no range, or whose start is above its end. */
int nagios_range_parse(const char *text, struct nagios_range *range, struct error *e);

/* Whether the value calls for an alert; NaN always does. */
bool nagios_range_alerts(const struct nagios_range *range, double value);

#endif
