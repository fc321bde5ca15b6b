/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_METRIC_H
#define CORE_METRIC_H

#include <stddef.h>

enum metric_type { METRIC_GAUGE, METRIC_COUNTER };

enum { METRIC_MAX_LABELS = 12 };

/*
 * What a probe measures, described once: the exposition, the documentation and the OIDs are made
 * from it. name follows Prometheus' conventions (base unit, _total on counters, _info); source says
 * where the number comes from (a file of the kernel, a field of a standard).
 */
struct metric {
    const char *name;
    enum metric_type type;
    const char *unit; /* "", "bytes", "seconds", "ratio", "celsius" */
    const char *help; /* one sentence */
    const char *source;
    const char *labels[METRIC_MAX_LABELS]; /* names, in the order in which values are given */
};

#endif
