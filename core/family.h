/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_FAMILY_H
#define CORE_FAMILY_H

#include <stdbool.h>

#include "core/metrics.pb-c.h"

/* The value of a metric of a type that has one number; false where there is none. */
bool family_value(const Io__Prometheus__Client__Metric *metric, double *value);

#endif
