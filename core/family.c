/* SPDX-License-Identifier: Apache-2.0 */
#include "core/family.h"

bool family_value(const Io__Prometheus__Client__Metric *metric, double *value)
{
    if (metric->gauge && metric->gauge->has_value)
        *value = metric->gauge->value;
    else if (metric->counter && metric->counter->has_value)
        *value = metric->counter->value;
    else if (metric->untyped && metric->untyped->has_value)
        *value = metric->untyped->value;
    else
        return false;
    return true;
}
