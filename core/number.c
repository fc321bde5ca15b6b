/* SPDX-License-Identifier: Apache-2.0 */
#include "core/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void number_print(double value, struct buf *out)
{
    char text[32];
    if (isnan(value)) {
        buf_puts(out, "NaN");
        return;
    }
    if (isinf(value)) {
        buf_puts(out, value > 0 ? "+Inf" : "-Inf");
        return;
    }
    if (fabs(value) < 1e15 && value == trunc(value)) {
        buf_printf(out, "%.0f", value);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    buf_puts(out, text);
}
