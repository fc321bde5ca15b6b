/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_ALERT_H
#define CORE_ALERT_H

#include <stdint.h>

#include "core/labels.h"

enum severity { SEVERITY_NONE, SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_CRITICAL };

/* "info", "warning", "critical"; SEVERITY_NONE for anything else. */
enum severity severity_from_name(const char *name);
const char *severity_name(enum severity severity);

enum alert_state { ALERT_INACTIVE, ALERT_PENDING, ALERT_FIRING, ALERT_RESOLVED };

const char *alert_state_name(enum alert_state state);

/*
 * An alert as exporters see it. labels hold alertname and the rule's own labels but not severity,
 * which is no part of an alert's identity. Annotations that have a meaning of their own: summary
 * (one line: what is wrong and where), description (what is known), action (what to do now), sync
 * ("told": it says what the array's sync does), worse ("lower" or
 * "level": when an acknowledged alert counts as worse, else when its value is higher), inhibits (a
 * label: alerts of the same value of it are not told beside this one). All memory belongs to
 * whoever made the list.
 */
struct alert {
    const char *name;
    enum severity severity;
    enum alert_state state;
    double value;
    int64_t active_at_ms; /* since when the expression holds, wall clock; 0 where not known */
    const struct labels *labels;
    const struct labels *annotations; /* templates expanded */
};

/*
 * For qsort(3) over struct alert: the worst first; of equals what concerns a whole array (its loss
 * takes the data of all its disks along) before single disks, then by name and labels.
 */
int alert_worst_first(const void *a, const void *b);

#endif
