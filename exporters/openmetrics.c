/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/openmetrics.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/family.h"
#include "core/labels.h"
#include "core/number.h"
#include "core/utf8.h"

typedef Io__Prometheus__Client__MetricFamily family_t;
typedef Io__Prometheus__Client__Metric metric_t;

/* A family and where it came, so that sorting keeps the order of those with one name. */
struct entry {
    const family_t *family;
    size_t at;
};

/* Where a family goes: base is its name without _total. */
struct head {
    const family_t *first;
    size_t base_length;
    bool counter;
};

/* [a-zA-Z_:][a-zA-Z0-9_:]*, a label's name without the colon: anything else would break the text.
 */
static bool is_name(const char *text, bool colon)
{
    if (!text || !*text || (*text >= '0' && *text <= '9'))
        return false;
    for (; *text; text++) {
        bool letter = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');
        bool digit = *text >= '0' && *text <= '9';
        if (!letter && !digit && *text != '_' && !(colon && *text == ':'))
            return false;
    }
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = strcmp(x->family->name, y->family->name);
    return order ? order : x->at < y->at ? -1 : 1;
}

static size_t sort_families(const family_t *const *families, size_t count, struct entry *sorted)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (is_name(families[i]->name, true))
            sorted[kept++] = (struct entry){families[i], i};
    if (kept)
        qsort(sorted, kept, sizeof *sorted, by_name);
    return kept;
}

static bool ends_in(const char *text, size_t length, const char *end)
{
    size_t tail = strlen(end);
    return length > tail && memcmp(text + length - tail, end, tail) == 0;
}

static struct head head_of(const family_t *family)
{
    struct head head = {.first = family, .base_length = strlen(family->name)};
    head.counter = family->has_type && family->type == IO__PROMETHEUS__CLIENT__METRIC_TYPE__COUNTER;
    if (head.counter && ends_in(family->name, head.base_length, "_total"))
        head.base_length -= strlen("_total");
    return head;
}

static const char *type_name(const family_t *family, enum exposition format)
{
    if (family->has_type && family->type == IO__PROMETHEUS__CLIENT__METRIC_TYPE__COUNTER)
        return "counter";
    if (family->has_type && family->type == IO__PROMETHEUS__CLIENT__METRIC_TYPE__GAUGE)
        return "gauge";
    return format == EXPOSITION_OPENMETRICS ? "unknown" : "untyped";
}

/* A unit stands in the metadata only where "_unit" ends the name, as OpenMetrics demands. */
static bool unit_fits(const struct head *head)
{
    const char *unit = head->first->unit;
    size_t length = head->base_length;
    return is_name(unit, true) && ends_in(head->first->name, length, unit) &&
           length > strlen(unit) && head->first->name[length - strlen(unit) - 1] == '_';
}

/* In a HELP text 0.0.4 escapes backslash and newline, OpenMetrics the quote too. */
static void put_help(const char *help, enum exposition format, struct buf *out)
{
    struct buf clean = {0};
    utf8_clean(help, &clean);
    for (const char *at = clean.data; at && *at; at++)
        if (*at == '\n')
            buf_puts(out, "\\n");
        else if (*at == '\\' || (*at == '"' && format == EXPOSITION_OPENMETRICS))
            buf_printf(out, "\\%c", *at);
        else
            buf_add(out, at, 1);
    buf_free(&clean);
}

static void put_head(const struct head *head, enum exposition format, struct buf *out)
{
    const family_t *family = head->first;
    /* In 0.0.4 the metadata carries the name that the samples have. */
    const char *total = head->counter && format == EXPOSITION_TEXT ? "_total" : "";
    int length = (int)head->base_length;
    buf_printf(out, "# TYPE %.*s%s %s\n", length, family->name, total, type_name(family, format));
    if (format == EXPOSITION_OPENMETRICS && unit_fits(head))
        buf_printf(out, "# UNIT %.*s %s\n", length, family->name, family->unit);
    if (family->help && family->help[0]) {
        buf_printf(out, "# HELP %.*s%s ", length, family->name, total);
        put_help(family->help, format, out);
        buf_puts(out, "\n");
    }
}

/* A label's value: most are ASCII, and go without a copy. */
static void put_value(const char *value, struct buf *out)
{
    struct buf clean = {0};
    if (utf8_is_ascii(value)) {
        label_escape(value, out);
        return;
    }
    utf8_clean(value, &clean);
    label_escape(clean.data, out);
    buf_free(&clean);
}

static void put_labels(const metric_t *metric, struct buf *out)
{
    const char *separator = "{";
    for (size_t i = 0; i < metric->n_label; i++) {
        const Io__Prometheus__Client__LabelPair *pair = metric->label[i];
        if (!is_name(pair->name, false) || !pair->value || !pair->value[0])
            continue;
        buf_add(out, separator, 1);
        buf_puts(out, pair->name);
        buf_add(out, "=\"", 2);
        put_value(pair->value, out);
        buf_add(out, "\"", 1);
        separator = ",";
    }
    if (*separator == ',')
        buf_puts(out, "}");
}

static void put_metrics(const struct head *head, const family_t *family, struct buf *out)
{
    for (size_t i = 0; i < family->n_metric; i++) {
        double value;
        if (!family_value(family->metric[i], &value))
            continue;
        buf_add(out, head->first->name, head->base_length);
        buf_puts(out, head->counter ? "_total" : "");
        put_labels(family->metric[i], out);
        buf_puts(out, " ");
        number_print(value, out);
        buf_puts(out, "\n");
    }
}

void openmetrics_render(const family_t *const *families, size_t count, enum exposition format,
                        struct buf *out)
{
    SCRATCH_ARENA(arena);
    struct entry *sorted = ARENA_ARRAY(arena, struct entry, count + 1);
    size_t kept = sort_families(families, count, sorted);
    struct head head = {0};
    for (size_t i = 0; i < kept; i++) {
        if (!head.first || strcmp(head.first->name, sorted[i].family->name) != 0) {
            head = head_of(sorted[i].family);
            put_head(&head, format, out);
        }
        put_metrics(&head, sorted[i].family, out);
    }
    if (format == EXPOSITION_OPENMETRICS)
        buf_puts(out, "# EOF\n");
}
