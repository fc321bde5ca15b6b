/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/promql.h"

/* The digits of "d.ddde+XX" written without exponent. */
static void print_plain(const char *scientific, struct buf *out)
{
    char digits[32];
    size_t count = 0;
    int exponent = atoi(strchr(scientific, 'e') + 1);

    if (*scientific == '-')
        buf_puts(out, "-");
    for (const char *s = scientific; *s != 'e'; s++)
        if (*s >= '0' && *s <= '9')
            digits[count++] = *s;
    while (count > 1 && digits[count - 1] == '0')
        count--;
    if (exponent < 0)
        buf_puts(out, "0.");
    for (int i = -1; i > exponent; i--)
        buf_puts(out, "0");
    for (int i = 0; i < (int)count || i <= exponent; i++) {
        if (i == exponent + 1 && exponent >= 0)
            buf_puts(out, ".");
        buf_add(out, i < (int)count ? &digits[i] : "0", 1);
    }
}

void promql_print_number(double v, struct buf *out)
{
    char text[40];
    if (isnan(v)) {
        buf_puts(out, "NaN");
        return;
    }
    if (isinf(v)) {
        buf_puts(out, v > 0 ? "+Inf" : "-Inf");
        return;
    }
    for (int precision = 0; precision <= 16; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, v);
        if (strtod(text, NULL) == v)
            break;
    }
    print_plain(text, out);
}

static const struct unit {
    const char *name;
    int64_t ms;
} units[] = {
    {"y", INT64_C(365) * 24 * 3600 * 1000},
    {"w", INT64_C(7) * 24 * 3600 * 1000},
    {"d", INT64_C(24) * 3600 * 1000},
    {"h", INT64_C(3600) * 1000},
    {"m", INT64_C(60) * 1000},
    {"s", INT64_C(1000)},
    {"ms", 1},
};
enum { UNITS = sizeof units / sizeof *units };

/* The index of the unit that stands at the front of text, UNITS when none does. */
static size_t unit_at(const char *text, size_t length)
{
    size_t best = UNITS, best_length = 0;
    for (size_t i = 0; i < UNITS; i++) {
        size_t n = strlen(units[i].name);
        if (n > best_length && n <= length && memcmp(text, units[i].name, n) == 0) {
            best = i;
            best_length = n;
        }
    }
    return best;
}

/* Upstream holds durations in 64 bits of nanoseconds. */
static const int64_t longest_ms = INT64_MAX / 1000000;

/* Duration = "0" | { digits unit } with units in falling order, each at most once. */
int promql_parse_duration(const char *text, size_t length, int64_t *ms)
{
    size_t at = 0, next_unit = 0;
    *ms = 0;
    if (length == 1 && *text == '0')
        return 0;
    if (!length)
        return -EINVAL;
    while (at < length) {
        int64_t count = 0;
        size_t start = at;
        for (; at < length && text[at] >= '0' && text[at] <= '9'; at++) {
            count = count * 10 + (text[at] - '0');
            if (count > longest_ms)
                return -EINVAL;
        }
        size_t unit = unit_at(text + at, length - at);
        if (at == start || unit == UNITS || unit < next_unit)
            return -EINVAL;
        if (count && units[unit].ms > (longest_ms - *ms) / count)
            return -EINVAL;
        *ms += count * units[unit].ms;
        at += strlen(units[unit].name);
        next_unit = unit + 1;
    }
    return 0;
}
