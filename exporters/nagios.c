/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/nagios.h"

#include <stdbool.h>
#include <string.h>

#include "exporters/nagios_perf.h"
#include "exporters/nagios_text.h"

/*
 * Nagios keeps 8 KiB of what a plugin says. Of what there is room for performance data may take a
 * share, and for a last word there is some, too.
 */
enum { LIMIT = 8192, LAST_WORD = 192 };
#define PERF_SHARE 0.625

/* What is rendered, and how long it may become. */
struct nagios {
    struct buf *out;
    size_t limit;
};

static const char *summary_of(const struct alert *alert)
{
    const char *summary = labels_get(alert->annotations, "summary");
    return summary[0] ? summary : alert->name;
}

static void put_alert_texts(const struct look *look, struct buf *out)
{
    for (size_t i = 0; i < look->alert_count && out->length < NAGIOS_TEXT_LIMIT; i++) {
        if (look->alerts[i].severity < SEVERITY_WARNING)
            continue;
        nagios_put_separator(out);
        nagios_put_text(summary_of(&look->alerts[i]), out);
    }
}

static void put_count(const struct look *look, const struct store *store, const char *metric,
                      const char *noun, struct buf *out)
{
    SCRATCH_ARENA(arena);
    const struct instant *found;
    size_t count = instant_select(store, metric, look->at_ms, arena, &found);
    buf_printf(out, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

static void put_first_line(const struct look *look, const struct store *store, size_t limit,
                           size_t *left_out, struct buf *out)
{
    struct buf text = {0}, perf = {0};
    put_alert_texts(look, &text);
    nagios_put_unseen(look, &text);
    if (!text.length)
        buf_puts(&text, "nothing wrong seen");
    nagios_put_separator(&text);
    put_count(look, store, "forewarn_md_info", "array", &text);
    buf_puts(&text, ", ");
    put_count(look, store, "forewarn_disk_info", "disk", &text);
    nagios_put_first(look->verdict, &text, out);
    *left_out = nagios_perf(look, store, (size_t)(PERF_SHARE * (double)limit), &perf);
    buf_printf(out, " | %s\n", perf.data);
    buf_free(&perf);
    buf_free(&text);
}

/* One line of long output; false when there is no room for it. */
static bool put_line(const struct nagios *nagios, const char *prefix, const char *text)
{
    if (!text[0])
        return true;
    struct buf line = {0};
    buf_puts(&line, prefix);
    nagios_put_text(text, &line);
    bool fits = nagios->out->length + line.length + LAST_WORD < nagios->limit;
    if (fits)
        buf_printf(nagios->out, "%s\n", line.data);
    buf_free(&line);
    return fits;
}

static bool put_alert(const struct alert *alert, unsigned verbosity, const struct nagios *nagios)
{
    static const char *const prefixes[] = {"", "INFO: ", "WARNING: ", "CRITICAL: "};
    return put_line(nagios, prefixes[alert->severity], summary_of(alert)) &&
           (!verbosity || put_line(nagios, "  ", labels_get(alert->annotations, "description"))) &&
           put_line(nagios, "  Now: ", labels_get(alert->annotations, "action"));
}

/* Alerts that do not count: those that somebody knows of, and those that may come. */
static bool put_uncounted(const struct look *look, unsigned verbosity, const struct nagios *nagios)
{
    bool fits = true;
    for (size_t i = 0; fits && i < look->held_count; i++) {
        const struct held_alert *held = &look->held[i];
        struct buf text = {0};
        buf_printf(&text, "%s (%s%s%s%s%s)", summary_of(held->alert), held->why,
                   held->by[0] ? " by " : "", held->by, held->comment[0] ? ": " : "",
                   held->comment);
        fits = put_line(nagios, "Known: ", text.data);
        buf_free(&text);
    }
    for (size_t i = 0; verbosity && fits && i < look->pending_count; i++)
        fits = put_line(nagios, "Pending: ", summary_of(&look->pending[i]));
    return fits;
}

static bool put_finding(const struct finding *finding, const struct nagios *nagios)
{
    struct buf text = {0};
    buf_printf(&text, "%s: %s", finding->target[0] ? finding->target : finding->probe,
               finding->message);
    if (finding->file[0] && !strstr(finding->message, finding->file))
        buf_printf(&text, " (%s)", finding->file);
    bool fits = put_line(nagios, finding->blind ? "Not seen: " : "Noted: ", text.data);
    buf_free(&text);
    return fits;
}

static bool put_probe(const struct probe_result *probe, const struct nagios *nagios)
{
    struct buf text = {0};
    buf_printf(&text, "probe %s: %s", probe->name, probe->error);
    bool fits = put_line(nagios, "Not seen: ", text.data);
    buf_free(&text);
    return fits;
}

static bool put_long(const struct look *look, unsigned verbosity, const struct nagios *nagios)
{
    for (size_t i = 0; i < look->alert_count; i++)
        if (!put_alert(&look->alerts[i], verbosity, nagios))
            return false;
    if (!put_uncounted(look, verbosity, nagios))
        return false;
    for (size_t i = 0; i < look->probe_count; i++)
        if (!look->probes[i].up && !put_probe(&look->probes[i], nagios))
            return false;
    for (size_t i = 0; i < look->finding_count; i++)
        if ((look->findings[i].blind || verbosity) && !put_finding(&look->findings[i], nagios))
            return false;
    return true;
}

void nagios_render_within(const struct look *look, const struct store *store, unsigned verbosity,
                          size_t limit, struct buf *out)
{
    size_t left_out = 0;
    struct buf text = {0};
    const struct nagios nagios = {&text, limit};
    put_first_line(look, store, limit, &left_out, &text);
    if (left_out)
        buf_printf(&text, "No performance data of %zu devices: there is no room for it\n",
                   left_out);
    if (!put_long(look, verbosity, &nagios))
        buf_puts(&text, "... and more: run forewarn check\n");
    buf_add(out, text.data, text.length);
    buf_free(&text);
}

void nagios_render(const struct look *look, const struct store *store, unsigned verbosity,
                   struct buf *out)
{
    nagios_render_within(look, store, verbosity, LIMIT, out);
}

void nagios_render_unknown(const char *text, struct buf *out)
{
    struct buf line = {0};
    nagios_put_text(text[0] ? text : "no reason given", &line);
    nagios_put_first(VERDICT_UNKNOWN, &line, out);
    buf_puts(out, "\n");
    buf_free(&line);
}
