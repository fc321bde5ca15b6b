/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/query_json.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/utf8.h"

/* Text as a JSON string; what is not UTF-8 becomes U+FFFD. */
static void put_string(const char *text, struct buf *out)
{
    size_t n;
    buf_puts(out, "\"");
    for (uint32_t code; (code = utf8_next(text, &n)); text += n)
        if (code == '"' || code == '\\')
            buf_printf(out, "\\%c", (char)code);
        else if (code == '\n')
            buf_puts(out, "\\n");
        else if (code < ' ' || code == 0x7f)
            buf_printf(out, "\\u%04x", code);
        else
            utf8_put(code, out);
    buf_puts(out, "\"");
}

static void put_labels(const struct labels *labels, struct buf *out)
{
    buf_puts(out, "{");
    for (size_t i = 0; i < labels->count; i++) {
        buf_puts(out, i ? "," : "");
        put_string(labels->at[i].name, out);
        buf_puts(out, ":");
        put_string(labels->at[i].value, out);
    }
    buf_puts(out, "}");
}

/* Seconds with the milliseconds there are. */
static void put_time(int64_t ms, struct buf *out)
{
    uint64_t magnitude = ms < 0 ? -(uint64_t)ms : (uint64_t)ms;
    buf_printf(out, "%s%" PRIu64, ms < 0 ? "-" : "", magnitude / 1000);
    if (magnitude % 1000)
        buf_printf(out, ".%03u", (unsigned)(magnitude % 1000));
}

static void put_point(int64_t t_ms, double v, struct buf *out)
{
    buf_puts(out, "[");
    put_time(t_ms, out);
    buf_puts(out, ",\"");
    promql_print_number(v, out);
    buf_puts(out, "\"]");
}

static void put_sample(const struct promql_sample *sample, struct buf *out)
{
    buf_puts(out, "{\"metric\":");
    put_labels(sample->labels, out);
    buf_puts(out, ",\"value\":");
    put_point(sample->t, sample->v, out);
    buf_puts(out, "}");
}

static void put_series(const struct promql_series *series, struct buf *out)
{
    buf_puts(out, "{\"metric\":");
    put_labels(series->labels, out);
    buf_puts(out, ",\"values\":[");
    for (size_t i = 0; i < series->count; i++) {
        buf_puts(out, i ? "," : "");
        put_point(series->points[i].t, series->points[i].v, out);
    }
    buf_puts(out, "]}");
}

static void put_list(const struct promql_value *value, struct buf *out)
{
    buf_puts(out, "[");
    for (size_t i = 0; i < value->count; i++) {
        buf_puts(out, i ? "," : "");
        if (value->type == PROMQL_VECTOR)
            put_sample(&value->samples[i], out);
        else
            put_series(&value->series[i], out);
    }
    buf_puts(out, "]");
}

static void put_result(const struct promql_value *value, int64_t t_ms, struct buf *out)
{
    if (value->type == PROMQL_SCALAR) {
        put_point(t_ms, value->scalar, out);
    } else if (value->type == PROMQL_STRING) {
        buf_puts(out, "[");
        put_time(t_ms, out);
        buf_puts(out, ",");
        put_string(value->string, out);
        buf_puts(out, "]");
    } else {
        put_list(value, out);
    }
}

static void put_notes(const char *key, bool warnings, const struct promql_value *value,
                      struct buf *out)
{
    bool more = false;
    for (size_t i = 0; i < value->note_count; i++) {
        if (value->notes[i].warning != warnings)
            continue;
        if (!more)
            buf_printf(out, ",\"%s\":[", key);
        else
            buf_puts(out, ",");
        put_string(value->notes[i].text, out);
        more = true;
    }
    buf_puts(out, more ? "]" : "");
}

void query_json(const struct query_answer *answer, int64_t t_ms, struct buf *out)
{
    static const char *const types[] = {[PROMQL_NONE] = "none",
                                        [PROMQL_SCALAR] = "scalar",
                                        [PROMQL_VECTOR] = "vector",
                                        [PROMQL_MATRIX] = "matrix",
                                        [PROMQL_STRING] = "string"};
    const struct promql_value *value = &answer->value;
    if (answer->failure != QUERY_GOOD) {
        buf_printf(out, "{\"status\":\"error\",\"errorType\":\"%s\",\"error\":",
                   query_failure_name(answer->failure));
        put_string(answer->error.data, out);
        buf_puts(out, "}\n");
        return;
    }
    buf_printf(out, "{\"status\":\"success\",\"data\":{\"resultType\":\"%s\",\"result\":",
               types[value->type]);
    put_result(value, t_ms, out);
    buf_puts(out, "}");
    put_notes("warnings", true, value, out);
    put_notes("infos", false, value, out);
    buf_puts(out, "}\n");
}
