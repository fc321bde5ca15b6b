/* SPDX-License-Identifier: Apache-2.0 */
#include "core/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* As "%.0f" does, which takes ten times as long: most samples are whole numbers. */
static void print_whole(int64_t value, bool negative, struct buf *out)
{
    char text[24], *at = text + sizeof text;
    uint64_t rest = (uint64_t)(value < 0 ? -value : value);
    do
        *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (negative)
        *--at = '-';
    buf_add(out, at, (size_t)(text + sizeof text - at));
}

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
        print_whole((int64_t)value, signbit(value), out);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    buf_puts(out, text);
}
