/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent/check_answer.h"

const char *const check_format_names[FORMAT_COUNT] = {
    [FORMAT_TABLE] = "table", [FORMAT_JSON] = "json", [FORMAT_NAGIOS] = "nagios"};

void check_override(struct alert *alerts, size_t count, const struct severity_override *overrides,
                    size_t override_count)
{
    if (!override_count || !count)
        return;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < override_count; k++)
            if (strcmp(alerts[i].name, overrides[k].alert) == 0)
                alerts[i].severity = overrides[k].severity;
    qsort(alerts, count, sizeof *alerts, alert_worst_first);
}

static void set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) < 0)
        abort();
}

void report_style_write(const struct report_style *style, json_t *request)
{
    set(request, "colour", json_boolean(style->colour));
    set(request, "utf8", json_boolean(style->utf8));
    set(request, "verbose", json_boolean(style->verbose));
    set(request, "width", json_integer(style->width));
}

void report_style_read(const json_t *request, struct report_style *style)
{
    json_int_t width = json_integer_value(json_object_get(request, "width"));
    *style = (struct report_style){
        .colour = json_is_true(json_object_get(request, "colour")),
        .utf8 = json_is_true(json_object_get(request, "utf8")),
        .verbose = json_is_true(json_object_get(request, "verbose")),
        .width = width > 0 && width < 10000 ? (unsigned)width : 0,
    };
}

/* What is no UTF-8 was refused by check_question_test(), as no expression or range is. */
static void set_text(json_t *request, const char *key, const char *text)
{
    if (text)
        set(request, key, json_string(text));
}

void check_question_write(const struct check_question *question, json_t *request)
{
    json_t *severity = json_object();
    set_text(request, "format", check_format_names[question->format]);
    report_style_write(&question->style, request);
    set(request, "verbosity", json_integer(question->verbosity));
    set_text(request, "expr", question->expr);
    set_text(request, "warning", question->warning);
    set_text(request, "critical", question->critical);
    for (size_t i = 0; i < question->override_count; i++)
        set_text(severity, question->overrides[i].alert,
                 severity_name(question->overrides[i].severity));
    set(request, "severity", severity);
}

/* A text, NULL where there is none. */
static int take_text(const json_t *request, const char *key, struct arena *arena, const char **text,
                     struct error *e)
{
    const json_t *value = json_object_get(request, key);
    *text = NULL;
    if (!value)
        return 0;
    if (!json_is_string(value))
        return error_set(e, -EINVAL, "'%s' is no text", key);
    *text = arena_strdup(arena, json_string_value(value));
    return 0;
}

static int take_format(const json_t *request, struct arena *arena, enum check_format *format,
                       struct error *e)
{
    const char *name;
    int code = take_text(request, "format", arena, &name, e);
    if (code < 0)
        return code;
    for (int i = 0; i < FORMAT_COUNT; i++)
        if (strcmp(name ? name : "json", check_format_names[i]) == 0) {
            *format = (enum check_format)i;
            return 0;
        }
    return error_set(e, -EINVAL, "'format' is none of table, json, nagios");
}

static int take_overrides(const json_t *request, struct arena *arena,
                          struct check_question *question, struct error *e)
{
    json_t *levels = json_object_get(request, "severity"), *level;
    const char *alert;
    if (levels && (!json_is_object(levels) || json_object_size(levels) > CHECK_MAX_LIST))
        return error_set(e, -EINVAL, "'severity' is no object, or too large");
    struct severity_override *overrides =
        ARENA_ARRAY(arena, struct severity_override, json_object_size(levels) + 1);
    json_object_foreach(levels, alert, level)
    {
        const char *name = json_string_value(level);
        enum severity severity = severity_from_name(name ? name : "");
        if (severity == SEVERITY_NONE)
            return error_set(e, -EINVAL, "'severity': no level for '%.80s'", alert);
        overrides[question->override_count++] =
            (struct severity_override){arena_strdup(arena, alert), severity};
    }
    question->overrides = overrides;
    return 0;
}

int check_question_read(const json_t *request, struct arena *arena, struct check_question *question,
                        struct error *e)
{
    json_int_t verbosity = json_integer_value(json_object_get(request, "verbosity"));
    *question = (struct check_question){.verbosity = verbosity > 0 ? (unsigned)verbosity : 0};
    report_style_read(request, &question->style);
    int code = take_format(request, arena, &question->format, e);
    if (code == 0)
        code = take_text(request, "expr", arena, &question->expr, e);
    if (code == 0)
        code = take_text(request, "warning", arena, &question->warning, e);
    if (code == 0)
        code = take_text(request, "critical", arena, &question->critical, e);
    if (code == 0)
        code = take_overrides(request, arena, question, e);
    return code;
}
