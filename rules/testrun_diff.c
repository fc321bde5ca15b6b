/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/testrun_diff.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void testrun_print_time(int64_t ms, struct buf *out)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
    if (!ms)
        buf_puts(out, "0s");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (ms >= units[i].ms)
            buf_printf(out, "%" PRId64 "%s", ms / units[i].ms, units[i].unit);
        ms %= units[i].ms;
    }
}

static void print_annotations(const struct labels *annotations, struct buf *out)
{
    if (annotations->count) {
        buf_puts(out, " with annotations ");
        labels_print(annotations, out);
    }
}

static void print_alert(const char *what, const struct test_alert *alert, struct buf *out)
{
    buf_printf(out, "    %s ", what);
    labels_print(alert->labels, out);
    print_annotations(alert->annotations, out);
    buf_puts(out, "\n");
}

static void print_text(const char *text, struct buf *out)
{
    if (!*text) {
        buf_puts(out, "none");
        return;
    }
    buf_puts(out, "\"");
    label_escape(text, out);
    buf_puts(out, "\"");
}

/* The annotations that differ between two alerts of the same labels. */
static void diff_annotations(const struct test_alert *expected, const struct test_alert *got,
                             struct buf *out)
{
    const struct labels *a = expected->annotations, *b = got->annotations;
    for (size_t i = 0, j = 0; i < a->count || j < b->count;) {
        int order = i == a->count ? 1 : j == b->count ? -1 : strcmp(a->at[i].name, b->at[j].name);
        const char *name = order <= 0 ? a->at[i].name : b->at[j].name;
        const char *wanted = order <= 0 ? a->at[i++].value : "";
        const char *found = order >= 0 ? b->at[j++].value : "";
        if (strcmp(wanted, found) == 0)
            continue;
        buf_puts(out, "    ");
        labels_print(expected->labels, out);
        buf_printf(out, ": annotation %s: expected ", name);
        print_text(wanted, out);
        buf_puts(out, ", got ");
        print_text(found, out);
        buf_puts(out, "\n");
    }
}

static int by_labels(const struct test_alert *a, const struct test_alert *b)
{
    return labels_compare(a->labels, b->labels);
}

static int alert_order(const void *a, const void *b)
{
    const struct test_alert *x = a, *y = b;
    int order = by_labels(x, y);
    return order ? order : labels_compare(x->annotations, y->annotations);
}

void testrun_diff_alerts(struct test_alert *expected, size_t expected_count, struct test_alert *got,
                         size_t got_count, struct buf *out)
{
    if (expected_count)
        qsort(expected, expected_count, sizeof *expected, alert_order);
    if (got_count)
        qsort(got, got_count, sizeof *got, alert_order);
    for (size_t i = 0, j = 0; i < expected_count || j < got_count;) {
        int order = i == expected_count ? 1
                    : j == got_count    ? -1
                                        : by_labels(&expected[i], &got[j]);
        if (order < 0)
            print_alert("expected, not got:", &expected[i], out);
        else if (order > 0)
            print_alert("got, not expected:", &got[j], out);
        else
            diff_annotations(&expected[i], &got[j], out);
        i += order <= 0;
        j += order >= 0;
    }
}

static void print_value(const struct test_sample *sample, struct buf *out)
{
    if (sample->histogram)
        buf_puts(out, "a native histogram, which is not known here");
    else
        promql_print_number(sample->value, out);
}

static void print_sample(const char *what, const struct test_sample *sample, struct buf *out)
{
    buf_printf(out, "    %s ", what);
    labels_print(sample->labels, out);
    buf_puts(out, " ");
    print_value(sample, out);
    buf_puts(out, "\n");
}

static bool equal_values(const struct test_sample *a, const struct test_sample *b, bool fuzzy)
{
    if (a->histogram || b->histogram)
        return false;
    return a->value == b->value || (fuzzy && (nextafter(a->value, INFINITY) == b->value ||
                                              nextafter(a->value, -INFINITY) == b->value));
}

static void diff_values(const struct test_sample *expected, const struct test_sample *got,
                        bool fuzzy, struct buf *out)
{
    if (equal_values(expected, got, fuzzy))
        return;
    buf_puts(out, "    ");
    labels_print(expected->labels, out);
    buf_puts(out, ": expected ");
    print_value(expected, out);
    buf_puts(out, ", got ");
    print_value(got, out);
    buf_puts(out, isnan(expected->value) && isnan(got->value)
                      ? " (NaN equals nothing, not even NaN)\n"
                      : "\n");
}

static int sample_order(const void *a, const void *b)
{
    return labels_compare(((const struct test_sample *)a)->labels,
                          ((const struct test_sample *)b)->labels);
}

void testrun_diff_samples(struct test_sample *expected, size_t expected_count,
                          struct test_sample *got, size_t got_count, bool fuzzy, struct buf *out)
{
    if (expected_count)
        qsort(expected, expected_count, sizeof *expected, sample_order);
    if (got_count)
        qsort(got, got_count, sizeof *got, sample_order);
    for (size_t i = 0, j = 0; i < expected_count || j < got_count;) {
        int order = i == expected_count ? 1
                    : j == got_count    ? -1
                                        : sample_order(&expected[i], &got[j]);
        if (order < 0)
            print_sample("expected, not got:", &expected[i], out);
        else if (order > 0)
            print_sample("got, not expected:", &got[j], out);
        else
            diff_values(&expected[i], &got[j], fuzzy, out);
        i += order <= 0;
        j += order >= 0;
    }
}
