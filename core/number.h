/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_NUMBER_H
#define CORE_NUMBER_H

#include "core/buf.h"

/*
 * Appends the shortest text that reads back as the same double: "3", "0.1", "1e+21"; NaN, +Inf and
 * -Inf as Prometheus writes them. The program must leave LC_NUMERIC at "C".
 */
void number_print(double value, struct buf *out);

#endif
