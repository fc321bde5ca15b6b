/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/openmetrics_read.h"

#include <errno.h>
#include <string.h>

#include "core/utf8.h"
#include "exporters/openmetrics_family.h"

struct reader {
    const struct openmetrics_source *source;
    struct store *store;
    struct openmetrics_summary *summary;
    struct openmetrics_families *families;
    size_t at;      /* in the text: the line's first byte */
    size_t length;  /* the line's */
    unsigned lines; /* begun so far */
    struct arena *arena;
    struct openmetrics_wrong wrong;
    struct error *e;
};

/* Says what wrong has, with the place: the column counts characters. */
static int refuse(struct reader *r, int code)
{
    unsigned column = 1;
    const char *line = r->source->text + r->at;
    for (size_t i = 0; i < r->wrong.at && i < r->length; i++)
        column += ((unsigned char)line[i] & 0xc0) != 0x80;
    return error_set(r->e, code, "%s:%u:%u: %s", r->source->name, r->lines, column, r->wrong.text);
}

/* The store took no sample: its series has one at that time or later. */
static int not_later(struct reader *r, const struct openmetrics_line *line,
                     const struct series *series, int64_t t_ms)
{
    struct point point;
    struct buf text = {0};
    bool same = series_last(series, t_ms - 1, t_ms, &point);
    labels_print(series_labels(series), &text);
    openmetrics_refuse(&r->wrong, line->has_time ? line->time_at : line->name_at,
                       same ? "a second value for one time of %.120s"
                            : "earlier than the sample before it of %.120s",
                       text.data);
    buf_free(&text);
    return refuse(r, -EINVAL);
}

static int take_sample(struct reader *r, const struct openmetrics_line *line)
{
    const struct series *series;
    int64_t t_ms = line->has_time ? line->t_ms : r->source->untimed_ms;
    if (r->summary->samples == OPENMETRICS_MAX_SAMPLES)
        return openmetrics_refuse(&r->wrong, 0, "more than %d samples", OPENMETRICS_MAX_SAMPLES),
               refuse(r, -E2BIG);
    if (store_append_series(r->store, line->labels, t_ms, line->value, &series, NULL) < 0)
        return not_later(r, line, series, t_ms);
    if (store_series_count(r->store) > OPENMETRICS_MAX_SERIES)
        return openmetrics_refuse(&r->wrong, 0, "more than %d series", OPENMETRICS_MAX_SERIES),
               refuse(r, -E2BIG);
    if (!r->summary->samples++ || t_ms > r->summary->newest_ms)
        r->summary->newest_ms = t_ms;
    return 0;
}

/* 1 after "# EOF". */
static int read_line(struct reader *r)
{
    struct openmetrics_line line;
    arena_reset(r->arena);
    r->lines++;
    if (r->length > OPENMETRICS_MAX_LINE) {
        openmetrics_refuse(&r->wrong, 0, "a line of more than %d bytes", OPENMETRICS_MAX_LINE);
        return refuse(r, -E2BIG);
    }
    char *text = arena_alloc(r->arena, r->length + 1);
    memcpy(text, r->source->text + r->at, r->length);
    if (openmetrics_line_read(text, r->length, r->source->format, r->arena, &line, &r->wrong) < 0 ||
        openmetrics_families_take(r->families, &line, r->arena, &r->wrong) < 0)
        return refuse(r, -EINVAL);
    if (line.kind == LINE_SAMPLE)
        return take_sample(r, &line);
    return line.kind == LINE_EOF;
}

/* Lines up to the end of the text; 1 where it was "# EOF". */
static int read_lines(struct reader *r)
{
    const char *text = r->source->text;
    int code = 0;
    for (size_t next = 0; next < r->source->length && code == 0;) {
        r->at = next;
        const char *newline = memchr(text + next, '\n', r->source->length - next);
        r->length = newline ? (size_t)(newline - text) - next : r->source->length - next;
        next += r->length + (newline != NULL);
        code = read_line(r);
        if (code > 0 && next < r->source->length) {
            r->lines++;
            r->at = next;
            openmetrics_refuse(&r->wrong, 0, "text behind # EOF");
            return refuse(r, -EINVAL);
        }
        if (code == 0 && !newline && r->source->format == EXPOSITION_OPENMETRICS) {
            openmetrics_refuse(&r->wrong, r->length, "the last line is cut off, and no # EOF");
            return refuse(r, -EINVAL);
        }
    }
    return code;
}

int openmetrics_read(const struct openmetrics_source *source, struct store *store,
                     struct openmetrics_summary *summary, struct error *e)
{
    struct reader r = {.source = source, .store = store, .summary = summary, .e = e};
    *summary = (struct openmetrics_summary){0};
    r.families = openmetrics_families_new(source->format);
    r.arena = arena_new();
    int code = read_lines(&r);
    if (code == 0 && source->format == EXPOSITION_OPENMETRICS) {
        r.lines++;
        r.at = source->length;
        r.length = 0;
        openmetrics_refuse(&r.wrong, 0, "OpenMetrics ends in # EOF, this does not: is it cut off?");
        code = refuse(&r, -EINVAL);
    }
    arena_free(&r.arena);
    openmetrics_families_free(&r.families);
    return code < 0 ? code : 0;
}
