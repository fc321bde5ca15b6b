/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/event_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "core/buf.h"
#include "core/number.h"
#include "core/utf8.h"

enum { WIDTH = 76 };

typedef Io__Prometheus__Client__LabelPair pair_t;

const char *event_text_state(const Forewarn__Event *event)
{
    static const char *const names[] = {
        [FOREWARN__EVENT_KIND__RAISED] = "raised",
        [FOREWARN__EVENT_KIND__CHANGED] = "changed",
        [FOREWARN__EVENT_KIND__REPEATED] = "repeated",
        [FOREWARN__EVENT_KIND__RESOLVED] = "resolved",
        [FOREWARN__EVENT_KIND__HEARTBEAT] = "heartbeat",
        [FOREWARN__EVENT_KIND__TEST] = "test",
    };
    unsigned kind = (unsigned)event->kind;
    return kind < sizeof names / sizeof *names ? names[kind] : "raised";
}

static const char *value_of(pair_t *const *pairs, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (pairs[i]->name && pairs[i]->value && strcmp(pairs[i]->name, name) == 0)
            return pairs[i]->value;
    return "";
}

const char *event_text_label(const Forewarn__Event *event, const char *name)
{
    const Forewarn__Alert *alert = event->alert;
    return alert ? value_of(alert->label, alert->n_label, name) : "";
}

const char *event_text_annotation(const Forewarn__Event *event, const char *name)
{
    const Forewarn__Alert *alert = event->alert;
    return alert ? value_of(alert->annotation, alert->n_annotation, name) : "";
}

const char *event_text_alert(const Forewarn__Event *event)
{
    return event->alert && event->alert->name ? event->alert->name : "";
}

const char *event_text_line(const char *text, struct arena *arena)
{
    struct buf clean = {0};
    utf8_clean(text, &clean);
    char *line = arena_strdup(arena, clean.length ? clean.data : "");
    buf_free(&clean);
    for (char *c = line; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = ' ';
    return line;
}

const char *event_text_summary(const Forewarn__Event *event, struct arena *arena)
{
    const char *summary = event_text_annotation(event, "summary");

    if (summary[0])
        return event_text_line(summary, arena);
    if (event->kind == FOREWARN__EVENT_KIND__HEARTBEAT)
        return "forewarn is alive and watches";
    if (event->kind == FOREWARN__EVENT_KIND__TEST)
        return "this is a test: what forewarn has to tell arrives";
    return event_text_line(event_text_alert(event), arena);
}

/* "CRITICAL" */
static const char *level(const Forewarn__Event *event, struct arena *arena)
{
    if (event->kind == FOREWARN__EVENT_KIND__RESOLVED)
        return "RESOLVED";
    if (event->kind == FOREWARN__EVENT_KIND__TEST)
        return "TEST";
    if (!event->alert || !event->alert->severity || !event->alert->severity[0])
        return event->kind == FOREWARN__EVENT_KIND__HEARTBEAT ? "OK" : "INFO";
    char *text = arena_strdup(arena, event_text_line(event->alert->severity, arena));
    for (char *c = text; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return text;
}

const char *event_text_subject(const Forewarn__Event *event, struct arena *arena)
{
    bool again = event->kind == FOREWARN__EVENT_KIND__REPEATED;
    return arena_printf(arena, "%s%s %s: %s", again ? "still " : "", level(event, arena),
                        event_text_line(event->host ? event->host : "this host", arena),
                        event_text_summary(event, arena));
}

const char *event_text_time(int64_t ms, struct arena *arena)
{
    char text[64];
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;

    if (!localtime_r(&seconds, &tm) || !strftime(text, sizeof text, "%a %b %e %T %Y %Z", &tm))
        return "";
    return arena_strdup(arena, text);
}

/* Appends a paragraph, its words on lines of WIDTH; the first line begins with first. */
static void put_paragraph(const char *first, const char *text, struct arena *arena, struct buf *out)
{
    const char *words = event_text_line(text, arena);
    size_t column = strlen(first);

    words += strspn(words, " ");
    if (!*words)
        return;
    buf_puts(out, first);
    for (bool begins = true; *words; begins = false) {
        size_t length = strcspn(words, " ");
        if (!begins && column + 1 + length > WIDTH) {
            buf_puts(out, "\n");
            column = 0;
        } else if (!begins) {
            buf_puts(out, " ");
            column++;
        }
        buf_add(out, words, length);
        column += length;
        words += length;
        words += strspn(words, " ");
    }
    buf_puts(out, "\n\n");
}

static void put_times(const Forewarn__Event *event, struct arena *arena, struct buf *out)
{
    const Forewarn__Alert *alert = event->alert;

    if (alert && alert->starts_at_ms)
        buf_printf(out, "Since: %s\n", event_text_time(alert->starts_at_ms, arena));
    if (alert && alert->has_ends_at_ms && event->kind == FOREWARN__EVENT_KIND__RESOLVED)
        buf_printf(out, "Until: %s\n", event_text_time(alert->ends_at_ms, arena));
    if (!alert || event->kind == FOREWARN__EVENT_KIND__REPEATED)
        buf_printf(out, "Now:   %s\n", event_text_time(event->at_ms, arena));
    buf_puts(out, "\n");
}

/* What it is called, for those who look for the rule or want to silence it. */
static void put_names(const Forewarn__Event *event, struct arena *arena, struct buf *out)
{
    const Forewarn__Alert *alert = event->alert;

    buf_puts(out, "-- \n");
    if (alert) {
        buf_printf(out, "alert %s", event_text_line(event_text_alert(event), arena));
        for (size_t i = 0; i < alert->n_label; i++)
            if (alert->label[i]->name && alert->label[i]->value &&
                strcmp(alert->label[i]->name, "alertname") != 0)
                buf_printf(out, "%s%s=\"%s\"", i ? ", " : " ",
                           event_text_line(alert->label[i]->name, arena),
                           event_text_line(alert->label[i]->value, arena));
        buf_puts(out, ", value ");
        number_print(alert->value, out);
        buf_puts(out, "\n");
    }
    buf_printf(out, "event %s of forewarn on %s\n", event_text_line(event->id, arena),
               event_text_line(event->host ? event->host : "this host", arena));
}

const char *event_text_body(const Forewarn__Event *event, struct arena *arena)
{
    struct buf out = {0};
    const char *first = arena_printf(arena, "%s  ", level(event, arena));

    put_paragraph(first, event_text_summary(event, arena), arena, &out);
    put_times(event, arena, &out);
    put_paragraph("", event_text_annotation(event, "description"), arena, &out);
    if (event->kind == FOREWARN__EVENT_KIND__RESOLVED)
        put_paragraph("", "This is over; nothing has to be done about it now.", arena, &out);
    else
        put_paragraph("What to do: ", event_text_annotation(event, "action"), arena, &out);
    put_names(event, arena, &out);
    const char *body = arena_strdup(arena, out.data);
    buf_free(&out);
    return body;
}
