/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/replay_report.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agent/json_labels.h"
#include "agent/report_table_text.h"

enum { WHEN_COLUMN = 12, LEVEL_COLUMN = 30, TEXT_COLUMN = 49 };

const struct replay_event *replay_first(const struct replay_timeline *timeline,
                                        enum severity severity)
{
    for (size_t i = 0; i < timeline->count; i++) {
        const struct replay_event *event = &timeline->at[i];
        bool begins = event->kind == NOTIFY_RAISED ||
                      (event->kind == NOTIFY_CHANGED && event->severity > event->before);
        if (begins && event->severity >= severity && event->at_ms <= timeline->outage_ms)
            return event;
    }
    return NULL;
}

static const char *time_text(int64_t at_ms, struct arena *arena)
{
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm tm;
    char text[32];
    gmtime_r(&seconds, &tm);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M", &tm);
    return arena_strdup(arena, text);
}

static const char *lead_text(const struct replay_timeline *timeline, int64_t at_ms,
                             struct arena *arena)
{
    int64_t lead_ms = timeline->outage_ms - at_ms;
    if (timeline->outage_ms == INT64_MIN)
        return "";
    if (lead_ms == 0)
        return "0";
    return arena_printf(arena, "%s%s", lead_ms < 0 ? "+" : "",
                        table_duration((double)llabs(lead_ms) / 1000, arena));
}

static enum table_colour colour_of(enum severity severity)
{
    return severity == SEVERITY_CRITICAL  ? TABLE_RED
           : severity == SEVERITY_WARNING ? TABLE_YELLOW
                                          : TABLE_CYAN;
}

static const char *upper(enum severity severity)
{
    return severity == SEVERITY_CRITICAL  ? "CRITICAL"
           : severity == SEVERITY_WARNING ? "WARNING"
                                          : "INFO";
}

/* What an event does to its alert, in a word beside the severity; a new one needs none. */
static const char *word_of(const struct replay_event *event)
{
    switch (event->kind) {
    case NOTIFY_RAISED:
        return "";
    case NOTIFY_CHANGED:
        return event->severity > event->before ? "worse" : "better";
    case NOTIFY_REPEATED:
        return "still";
    case NOTIFY_RESOLVED:
        return "resolved";
    }
    return "";
}

static void put_column(const struct report_style *style, enum table_colour colour, const char *text,
                       size_t width, struct buf *out)
{
    size_t columns = table_columns(text);
    table_put(style, colour, text, out);
    table_pad(columns < width ? width - columns : 1, out);
}

static void put_event(const struct replay_timeline *timeline, const struct report_style *style,
                      const struct replay_event *event, const char *last_time, struct arena *arena,
                      struct buf *out)
{
    const char *when = time_text(event->at_ms, arena);
    bool again = strcmp(when, last_time) == 0;
    bool over = event->kind == NOTIFY_RESOLVED;

    buf_puts(out, " ");
    put_column(style, TABLE_PLAIN, again ? "" : lead_text(timeline, event->at_ms, arena),
               WHEN_COLUMN - 1, out);
    put_column(style, TABLE_DIM, again ? "" : when, LEVEL_COLUMN - WHEN_COLUMN, out);
    put_column(style, over ? TABLE_GREEN : colour_of(event->severity),
               arena_printf(arena, "%s%s%s", over ? "" : upper(event->severity),
                            over || !word_of(event)[0] ? "" : " ", word_of(event)),
               TEXT_COLUMN - LEVEL_COLUMN, out);
    table_wrap(style, TEXT_COLUMN, TEXT_COLUMN, table_clean(style, event->summary, arena), out);
}

static void put_title(const struct replay_timeline *timeline, const struct report_style *style,
                      struct arena *arena, struct buf *out)
{
    const struct replay_result *result = timeline->result;
    table_put(style, TABLE_BOLD, table_clean(style, result->host, arena), out);
    buf_printf(out, "  from %s to %s UTC", time_text(result->from_ms, arena),
               time_text(result->to_ms, arena));
    if (timeline->outage_ms != INT64_MIN)
        buf_printf(out, ", outage at %s", time_text(timeline->outage_ms, arena));
    buf_puts(out, "\n");
    if (timeline->title[0])
        table_wrap(style, 0, 0, table_clean(style, timeline->title, arena), out);
    buf_puts(out, "\n");
}

static void put_end(const struct replay_timeline *timeline, const struct report_style *style,
                    struct arena *arena, struct buf *out)
{
    if (timeline->outage_ms == INT64_MIN)
        return;
    buf_puts(out, " ");
    put_column(style, TABLE_PLAIN, "0", WHEN_COLUMN - 1, out);
    put_column(style, TABLE_DIM, time_text(timeline->outage_ms, arena), LEVEL_COLUMN - WHEN_COLUMN,
               out);
    table_put(style, TABLE_BOLD, "the outage\n", out);
}

static void put_firsts(const struct replay_timeline *timeline, const struct report_style *style,
                       struct arena *arena, struct buf *out)
{
    if (timeline->outage_ms == INT64_MIN)
        return;
    buf_puts(out, "\nFirst told before it:");
    for (enum severity s = SEVERITY_INFO; s <= SEVERITY_CRITICAL; s++) {
        const struct replay_event *event = replay_first(timeline, s);
        buf_puts(out, s == SEVERITY_INFO ? " " : ", ");
        table_put(style, colour_of(s), severity_name(s), out);
        buf_printf(out, " %s", event ? lead_text(timeline, event->at_ms, arena) : "never");
    }
    buf_puts(out, "\n");
}

static void put_notes(const struct replay_result *result, const struct report_style *style,
                      struct arena *arena, struct buf *out)
{
    if (result->blind_ms)
        buf_printf(out, "Nothing was recorded for %s in between.\n",
                   table_duration((double)result->blind_ms / 1000, arena));
    if (result->broken.code)
        table_wrap(style, 0, 0,
                   arena_printf(arena, "The recording breaks off: %s", result->broken.text), out);
}

void replay_table(const struct replay_timeline *timeline, const struct report_style *style,
                  struct buf *out)
{
    SCRATCH_ARENA(arena);
    bool ended = false;
    const char *last = "";

    put_title(timeline, style, arena, out);
    if (!timeline->count)
        buf_puts(out, " Nothing was to be told.\n");
    else
        buf_puts(out, timeline->outage_ms == INT64_MIN
                          ? "            when              level              what\n"
                          : " lead       when              level              what\n");
    for (size_t i = 0; i < timeline->count; i++) {
        const struct replay_event *event = &timeline->at[i];
        if (!ended && timeline->outage_ms != INT64_MIN && event->at_ms > timeline->outage_ms) {
            put_end(timeline, style, arena, out);
            ended = true;
        }
        put_event(timeline, style, event, last, arena, out);
        last = time_text(event->at_ms, arena);
    }
    if (!ended)
        put_end(timeline, style, arena, out);
    put_firsts(timeline, style, arena, out);
    put_notes(timeline->result, style, arena, out);
}

static json_t *json_time(int64_t at_ms)
{
    return json_must(json_real((double)at_ms / 1000));
}

static json_t *json_event(const struct replay_timeline *timeline, const struct replay_event *event)
{
    static const char *const names[] = {"raised", "changed", "repeated", "resolved"};
    const char *what = event->kind == NOTIFY_CHANGED ? word_of(event) : names[event->kind];
    json_t *object = json_must(json_object());

    json_object_set_new(object, "at", json_time(event->at_ms));
    if (timeline->outage_ms != INT64_MIN)
        json_object_set_new(object, "lead_seconds", json_time(timeline->outage_ms - event->at_ms));
    json_object_set_new(object, "what", json_must(json_string(what)));
    json_object_set_new(object, "severity", json_must(json_string(severity_name(event->severity))));
    json_object_set_new(object, "labels", json_from_labels(event->labels));
    json_object_set_new(object, "annotations", json_from_labels(event->annotations));
    return object;
}

static json_t *json_firsts(const struct replay_timeline *timeline)
{
    json_t *object = json_must(json_object());
    for (enum severity s = SEVERITY_INFO; s <= SEVERITY_CRITICAL; s++) {
        const struct replay_event *event = replay_first(timeline, s);
        json_object_set_new(object, severity_name(s),
                            event ? json_time(timeline->outage_ms - event->at_ms)
                                  : json_must(json_null()));
    }
    return object;
}

void replay_json(const struct replay_timeline *timeline, struct buf *out)
{
    const struct replay_result *result = timeline->result;
    json_t *object = json_must(json_object()), *events = json_must(json_array());
    json_t *host = json_string(result->host);

    json_object_set_new(object, "schema", json_must(json_integer(1)));
    json_object_set_new(object, "host", host ? host : json_must(json_string("")));
    json_object_set_new(object, "from", json_time(result->from_ms));
    json_object_set_new(object, "to", json_time(result->to_ms));
    json_object_set_new(object, "looks", json_must(json_integer((json_int_t)result->looks)));
    json_object_set_new(object, "blind_seconds", json_time(result->blind_ms));
    if (timeline->outage_ms != INT64_MIN) {
        json_object_set_new(object, "outage", json_time(timeline->outage_ms));
        json_object_set_new(object, "first_lead_seconds", json_firsts(timeline));
    }
    for (size_t i = 0; i < timeline->count; i++)
        json_array_append_new(events, json_event(timeline, &timeline->at[i]));
    json_object_set_new(object, "events", events);
    json_put(object, out);
    buf_puts(out, "\n");
}
