/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/nagios.h"

#include <string.h>

#include "core/number.h"
#include "exporters/nagios_perf.h"
#include "exporters/nagios_range.h"
#include "exporters/nagios_text.h"

/* How many values the first line names, and how many go into the performance data. */
enum { NAMED = 5, CHARTED = 50 };

struct thresholds {
    const char *warning, *critical; /* as given, "" for none */
    struct nagios_range warning_range, critical_range;
};

static int parse(const char *text, const char **kept, struct nagios_range *range, struct error *e)
{
    *kept = text ? text : "";
    return text ? nagios_range_parse(text, range, e) : 0;
}

static enum verdict judge(const struct thresholds *given, double value)
{
    if (given->critical[0] && nagios_range_alerts(&given->critical_range, value))
        return VERDICT_CRITICAL;
    if (given->warning[0] && nagios_range_alerts(&given->warning_range, value))
        return VERDICT_WARNING;
    return VERDICT_OK;
}

/* The expression stands before: the metric's name says nothing new. */
static const struct labels *without_name(struct arena *arena, const struct labels *labels)
{
    return labels_with(arena, labels, LABEL_NAME, "");
}

static void put_value(const struct instant *value, size_t named, struct buf *out)
{
    SCRATCH_ARENA(arena);
    const struct labels *labels = without_name(arena, value->labels);
    buf_puts(out, named ? ", " : " ");
    if (labels->count) {
        labels_print(labels, out);
        buf_puts(out, " = ");
    }
    number_print(value->value, out);
}

/* "EXPR: 2 of 24 values: ...": those that the verdict comes from. */
static void put_first(const char *expr, const struct instant *values, size_t count,
                      const struct thresholds *given, enum verdict verdict, const char *unseen,
                      struct buf *out)
{
    size_t of = 0, named = 0;
    struct buf names = {0}, text = {0}, clean = {0};
    for (size_t i = 0; i < count; i++) {
        if (judge(given, values[i].value) != verdict && verdict != VERDICT_UNKNOWN)
            continue;
        if (of++ < NAMED)
            put_value(&values[i], named++, &names);
    }
    buf_printf(&text, "%s:", expr);
    if (count > 1)
        buf_printf(&text, " %zu of %zu values%s:", of, count, verdict == VERDICT_OK ? " ok" : "");
    buf_puts(&text, count ? names.data : " no value");
    buf_puts(&text, of > named ? ", ..." : "");
    nagios_put_text(text.data, &clean);
    if (verdict == VERDICT_UNKNOWN && *unseen)
        buf_printf(&clean, "; %s", unseen);
    nagios_put_first(verdict, &clean, out);
    buf_free(&names);
    buf_free(&text);
    buf_free(&clean);
}

/* The label values with _ between; "value" for a bare number. */
static char *label_of(struct arena *arena, const struct labels *labels)
{
    struct buf label = {0};
    for (size_t i = 0; i < labels->count; i++) {
        buf_puts(&label, i ? "_" : "");
        nagios_perf_label(labels->at[i].value, &label);
    }
    char *kept = arena_strdup(arena, label.length ? label.data : "value");
    buf_free(&label);
    return kept;
}

static bool is_taken(const char *const *taken, size_t count, const char *label)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(taken[i], label) == 0)
            return true;
    return false;
}

/* Series that come to one label have their metric's name in it; what is still the same is left out.
 */
static void put_perf(const struct instant *values, size_t count, const struct thresholds *given,
                     struct buf *out)
{
    SCRATCH_ARENA(arena);
    const char *taken[CHARTED];
    size_t charted = 0;
    struct buf perf = {0};
    for (size_t i = 0; i < count && charted < CHARTED; i++) {
        const char *label = label_of(arena, without_name(arena, values[i].labels));
        if (is_taken(taken, charted, label))
            label = label_of(arena, values[i].labels);
        if (is_taken(taken, charted, label))
            continue;
        taken[charted++] = label;
        nagios_perf_put(label, values[i].value, "", given->warning, given->critical, "", &perf);
    }
    if (perf.length)
        buf_printf(out, " | %s", perf.data);
    buf_free(&perf);
}

int nagios_render_expr(const char *expr, const struct instant *values, size_t count,
                       const char *warning, const char *critical, const struct look *look,
                       enum verdict *verdict, struct buf *out, struct error *e)
{
    struct thresholds given = {0};
    int status = parse(warning, &given.warning, &given.warning_range, e);
    if (status == 0)
        status = parse(critical, &given.critical, &given.critical_range, e);
    if (status < 0)
        return status;
    enum verdict worst = count ? VERDICT_OK : VERDICT_UNKNOWN;
    for (size_t i = 0; i < count; i++) {
        enum verdict one = judge(&given, values[i].value);
        worst = one > worst ? one : worst;
    }
    struct buf unseen = {0};
    if (nagios_put_unseen(look, &unseen) && worst == VERDICT_OK)
        worst = VERDICT_UNKNOWN;
    put_first(expr, values, count, &given, worst, unseen.length ? unseen.data : "", out);
    buf_free(&unseen);
    put_perf(values, count, &given, out);
    buf_puts(out, "\n");
    *verdict = worst;
    return 0;
}
