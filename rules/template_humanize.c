/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "rules/template_func.h"

/* As Go's %.4g; C writes the same but for "nan" and "inf". */
static void print_short(double v, struct buf *out)
{
    if (isnan(v) || isinf(v))
        promql_print_number(v, out);
    else
        buf_printf(out, "%.4g", v);
}

static const char *const small_prefixes[] = {"m", "u", "n", "p", "f", "a", "z", "y"};

enum { PREFIXES = 8 };

/* Puts v between 1 and step by dividing; gives the prefix that stands for the division. */
static const char *scale_down(double *v, double step, const char *const *prefixes)
{
    const char *prefix = "";
    for (size_t i = 0; i < PREFIXES && fabs(*v) >= step; i++) {
        prefix = prefixes[i];
        *v /= step;
    }
    return prefix;
}

static const char *scale_up(double *v)
{
    const char *prefix = "";
    for (size_t i = 0; i < PREFIXES && fabs(*v) < 1; i++) {
        prefix = small_prefixes[i];
        *v *= 1000;
    }
    return prefix;
}

int tmpl_humanize(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                  struct tmpl_value *result)
{
    static const char *const prefixes[] = {"k", "M", "G", "T", "P", "E", "Z", "Y"};
    struct buf out = {0};
    const char *prefix = "";
    double v;
    (void)count;
    if (tmpl_want_number(run, &args[0], &v))
        return -EINVAL;
    if (v != 0 && isfinite(v))
        prefix = fabs(v) >= 1 ? scale_down(&v, 1000, prefixes) : scale_up(&v);
    print_short(v, &out);
    buf_puts(&out, prefix);
    *result = tmpl_text_of(run, &out);
    return 0;
}

int tmpl_humanize_1024(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                       struct tmpl_value *result)
{
    static const char *const prefixes[] = {"ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"};
    struct buf out = {0};
    const char *prefix = "";
    double v;
    (void)count;
    if (tmpl_want_number(run, &args[0], &v))
        return -EINVAL;
    if (fabs(v) > 1 && isfinite(v))
        prefix = scale_down(&v, 1024, prefixes);
    print_short(v, &out);
    buf_puts(&out, prefix);
    *result = tmpl_text_of(run, &out);
    return 0;
}

/* A whole number of seconds and more: days to seconds, those of a minute and less with fractions.
 */
static void print_duration(double v, struct buf *out)
{
    double size = fabs(v);
    int64_t all = size < 9.2e18 ? (int64_t)size : INT64_MAX;
    int64_t seconds = all % 60, minutes = all / 60 % 60, hours = all / 3600 % 24,
            days = all / 86400;
    buf_puts(out, v < 0 ? "-" : "");
    if (days)
        buf_printf(out, "%lldd ", (long long)days);
    if (days || hours)
        buf_printf(out, "%lldh ", (long long)hours);
    if (days || hours || minutes)
        buf_printf(out, "%lldm %llds", (long long)minutes, (long long)seconds);
    else
        buf_printf(out, "%.4gs", size);
}

int tmpl_humanize_duration(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                           struct tmpl_value *result)
{
    struct buf out = {0};
    double v;
    (void)count;
    if (tmpl_want_number(run, &args[0], &v))
        return -EINVAL;
    if (!isfinite(v)) {
        print_short(v, &out);
    } else if (fabs(v) >= 1 || v == 0) {
        print_duration(v, &out);
    } else {
        const char *prefix = scale_up(&v);
        print_short(v, &out);
        buf_printf(&out, "%ss", prefix);
    }
    *result = tmpl_text_of(run, &out);
    return 0;
}

int tmpl_humanize_percentage(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                             struct tmpl_value *result)
{
    struct buf out = {0};
    double v;
    (void)count;
    if (tmpl_want_number(run, &args[0], &v))
        return -EINVAL;
    print_short(v * 100, &out);
    buf_puts(&out, "%");
    *result = tmpl_text_of(run, &out);
    return 0;
}

/* A fraction of a second without its last zeros: ".128". */
static void print_fraction(int64_t value, int digits, struct buf *out)
{
    char text[24];
    if (!value)
        return;
    int length = snprintf(text, sizeof text, ".%0*lld", digits, (long long)value);
    while (text[length - 1] == '0')
        text[--length] = '\0';
    buf_puts(out, text);
}

int tmpl_humanize_timestamp(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                            struct tmpl_value *result)
{
    struct buf out = {0};
    double v;
    (void)count;
    if (tmpl_want_number(run, &args[0], &v))
        return -EINVAL;
    if (!isfinite(v)) {
        print_short(v, &out);
    } else if (fabs(v * 1e9) >= 9223372036854775807.0) {
        return error_set(run->e, -EINVAL, "%g s is no time that nanoseconds can count", v);
    } else {
        /* Upstream keeps milliseconds of it. */
        int64_t ms = (int64_t)(v * 1e9) / 1000000;
        time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
        char text[40];
        struct tm tm;
        gmtime_r(&seconds, &tm);
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm);
        buf_puts(&out, text);
        print_fraction((ms % 1000 + 1000) % 1000, 3, &out);
        buf_puts(&out, " +0000 UTC");
    }
    *result = tmpl_text_of(run, &out);
    return 0;
}

/* As Go prints a time.Duration: "1h2m3.5s", "250ms", "0s". */
int tmpl_to_duration(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                     struct tmpl_value *result)
{
    struct buf out = {0};
    double v;
    (void)count;
    if (tmpl_want_number(run, &args[0], &v))
        return -EINVAL;
    if (!(fabs(v * 1e9) < 9223372036854775807.0))
        return error_set(run->e, -EINVAL, "%g s is no duration that nanoseconds can count", v);
    int64_t ns = (int64_t)(fabs(v) * 1e9), s = ns / 1000000000;
    buf_puts(&out, v < 0 && ns ? "-" : "");
    if (s >= 3600)
        buf_printf(&out, "%lldh", (long long)(s / 3600));
    if (s >= 60)
        buf_printf(&out, "%lldm", (long long)(s / 60 % 60));
    if (s || !ns) {
        buf_printf(&out, "%lld", (long long)(s % 60));
        print_fraction(ns % 1000000000, 9, &out);
        buf_puts(&out, "s");
    } else {
        int step = ns >= 1000000 ? 6 : ns >= 1000 ? 3 : 0;
        int64_t unit = step == 6 ? 1000000 : step == 3 ? 1000 : 1;
        buf_printf(&out, "%lld", (long long)(ns / unit));
        print_fraction(ns % unit, step, &out);
        buf_puts(&out, step == 6 ? "ms" : step == 3 ? "µs" : "ns");
    }
    *result = tmpl_text_of(run, &out);
    return 0;
}
