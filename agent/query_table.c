/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/query_table.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/utf8.h"

void query_print_time(int64_t ms, struct buf *out)
{
    char text[64];
    struct tm tm;
    int64_t fraction = ((ms % 1000) + 1000) % 1000;
    time_t seconds = (time_t)((ms - fraction) / 1000);
    if (!gmtime_r(&seconds, &tm) || !strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm)) {
        buf_printf(out, "%lld", (long long)seconds);
        return;
    }
    buf_puts(out, text);
    if (fraction)
        buf_printf(out, ".%03d", (int)fraction);
    buf_puts(out, "Z");
}

/* Text without what a terminal might obey; how many characters it has. */
static size_t put_clean(const char *text, struct buf *out)
{
    size_t count = 0, n;
    for (uint32_t code; (code = utf8_next(text, &n)); text += n, count++)
        if (code < ' ' || (code >= 0x7f && code < 0xa0))
            buf_puts(out, "?");
        else
            utf8_put(code, out);
    return count;
}

static size_t put_labels(const struct labels *labels, struct buf *out)
{
    struct buf text = {0};
    labels_print(labels, &text);
    size_t width = put_clean(text.data, out);
    buf_free(&text);
    return width;
}

static void put_point(int64_t t_ms, double v, struct buf *out)
{
    promql_print_number(v, out);
    buf_puts(out, " @[");
    query_print_time(t_ms, out);
    buf_puts(out, "]\n");
}

/* Longer names do not move the others' values away. */
enum { MAX_WIDTH = 100 };

static size_t width_of(const struct promql_value *value)
{
    size_t widest = 0;
    for (size_t i = 0; i < value->count; i++) {
        struct buf text = {0};
        size_t width = put_labels(value->samples[i].labels, &text);
        widest = width > widest && width <= MAX_WIDTH ? width : widest;
        buf_free(&text);
    }
    return widest;
}

static void put_vector(const struct promql_value *value, struct buf *out)
{
    size_t widest = width_of(value);
    for (size_t i = 0; i < value->count; i++) {
        size_t width = put_labels(value->samples[i].labels, out);
        buf_printf(out, "%*s => ", width < widest ? (int)(widest - width) : 0, "");
        put_point(value->samples[i].t, value->samples[i].v, out);
    }
}

static void put_matrix(const struct promql_value *value, struct buf *out)
{
    for (size_t i = 0; i < value->count; i++) {
        put_labels(value->series[i].labels, out);
        buf_puts(out, " =>\n");
        for (size_t j = 0; j < value->series[i].count; j++) {
            buf_puts(out, "    ");
            put_point(value->series[i].points[j].t, value->series[i].points[j].v, out);
        }
    }
}

void query_table(const struct promql_value *value, int64_t t_ms, struct buf *out)
{
    if (value->type == PROMQL_VECTOR) {
        put_vector(value, out);
    } else if (value->type == PROMQL_MATRIX) {
        put_matrix(value, out);
    } else if (value->type == PROMQL_SCALAR) {
        buf_puts(out, "scalar: ");
        put_point(t_ms, value->scalar, out);
    } else if (value->type == PROMQL_STRING) {
        put_clean(value->string, out);
        buf_puts(out, "\n");
    }
}
