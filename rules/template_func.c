/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/template_func.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int wrong_type(struct tmpl_run *run, const char *wanted, const struct tmpl_value *value)
{
    return error_set(run->e, -EINVAL, "wrong type: a %s is needed, this is a %s", wanted,
                     tmpl_type_name(value));
}

int tmpl_want_text(struct tmpl_run *run, const struct tmpl_value *value, const char **text)
{
    *text = "";
    if (value->kind != TMPL_TEXT_VALUE)
        return wrong_type(run, "string", value);
    *text = value->text;
    return 0;
}

int tmpl_want_samples(struct tmpl_run *run, const struct tmpl_value *value)
{
    return value->kind == TMPL_SAMPLES ? 0 : wrong_type(run, "query's result", value);
}

int tmpl_want_sample(struct tmpl_run *run, const struct tmpl_value *value)
{
    return value->kind == TMPL_SAMPLE ? 0 : wrong_type(run, "sample", value);
}

int tmpl_want_number(struct tmpl_run *run, const struct tmpl_value *value, double *number)
{
    char *end;
    *number = 0;
    switch (value->kind) {
    case TMPL_FLOAT:
        *number = value->number;
        return 0;
    case TMPL_INTEGER:
        *number = (double)value->integer;
        return 0;
    case TMPL_TEXT_VALUE:
        *number = strtod(value->text, &end);
        if (end != value->text && !*end)
            return 0;
        return error_set(run->e, -EINVAL, "'%s' is not a number", value->text);
    default:
        return wrong_type(run, "number", value);
    }
}

struct tmpl_value tmpl_text_of(struct tmpl_run *run, struct buf *buf)
{
    const char *text = arena_strndup(run->arena, buf->length ? buf->data : "", buf->length);
    buf_free(buf);
    return tmpl_text(text);
}

/* query EXPR: what the expression gives now. */
static int call_query(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                      struct tmpl_value *result)
{
    (void)count;
    const char *expr;
    if (tmpl_want_text(run, &args[0], &expr))
        return -EINVAL;
    if (!run->data->query)
        return error_set(run->e, -EINVAL, "there is nothing to query here");
    struct promql_sample *samples = NULL;
    *result = (struct tmpl_value){.kind = TMPL_SAMPLES};
    int failed = run->data->query(expr, run->data->t_ms, run->arena, &samples,
                                  &result->sample_count, run->data->arg, run->e);
    result->samples = samples;
    return failed;
}

static int call_first(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                      struct tmpl_value *result)
{
    (void)count;
    if (tmpl_want_samples(run, &args[0]))
        return -EINVAL;
    if (!args[0].sample_count)
        return error_set(run->e, -EINVAL, "first() called on vector with no elements");
    *result = (struct tmpl_value){.kind = TMPL_SAMPLE, .sample = &args[0].samples[0]};
    return 0;
}

static int call_label(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                      struct tmpl_value *result)
{
    (void)count;
    const char *name;
    if (tmpl_want_text(run, &args[0], &name) || tmpl_want_sample(run, &args[1]))
        return -EINVAL;
    *result = tmpl_text(labels_get(args[1].sample->labels, name));
    return 0;
}

static int call_value(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                      struct tmpl_value *result)
{
    (void)count;
    if (tmpl_want_sample(run, &args[0]))
        return -EINVAL;
    *result = tmpl_float(args[0].sample->v);
    return 0;
}

static int call_strvalue(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                         struct tmpl_value *result)
{
    (void)count;
    if (tmpl_want_sample(run, &args[0]))
        return -EINVAL;
    *result = tmpl_text(labels_get(args[0].sample->labels, "__value__"));
    return 0;
}

static int call_args(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                     struct tmpl_value *result)
{
    struct tmpl_value *copy = ARENA_ARRAY(run->arena, struct tmpl_value, count + 1);
    if (count)
        memcpy(copy, args, count * sizeof *copy);
    *result = (struct tmpl_value){.kind = TMPL_ARGS, .args = copy, .arg_count = count};
    return 0;
}

struct by_label {
    const char *value;
    size_t rank;
};

static int compare_by_label(const void *a, const void *b)
{
    const struct by_label *x = a, *y = b;
    int order = strcmp(x->value, y->value);
    return order ? order : x->rank < y->rank ? -1 : x->rank > y->rank;
}

static int call_sort_by_label(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                              struct tmpl_value *result)
{
    (void)count;
    const char *name;
    if (tmpl_want_text(run, &args[0], &name) || tmpl_want_samples(run, &args[1]))
        return -EINVAL;
    size_t n = args[1].sample_count;
    struct by_label *order = ARENA_ARRAY(run->arena, struct by_label, n + 1);
    struct promql_sample *sorted = ARENA_ARRAY(run->arena, struct promql_sample, n + 1);
    for (size_t i = 0; i < n; i++)
        order[i] = (struct by_label){labels_get(args[1].samples[i].labels, name), i};
    if (n)
        qsort(order, n, sizeof *order, compare_by_label);
    for (size_t i = 0; i < n; i++)
        sorted[i] = args[1].samples[order[i].rank];
    *result = (struct tmpl_value){.kind = TMPL_SAMPLES, .samples = sorted, .sample_count = n};
    return 0;
}

static int call_same(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                     struct tmpl_value *result)
{
    (void)count;
    const char *text;
    if (tmpl_want_text(run, &args[0], &text))
        return -EINVAL;
    *result = args[0];
    return 0;
}

static int call_external_url(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                             struct tmpl_value *result)
{
    (void)args;
    (void)count;
    *result = tmpl_text(run->data->external_url ? run->data->external_url : "");
    return 0;
}

/* The path of the external URL: what follows scheme and host. */
static int call_path_prefix(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                            struct tmpl_value *result)
{
    (void)args;
    (void)count;
    const char *url = run->data->external_url ? run->data->external_url : "";
    const char *host = strstr(url, "://");
    const char *path = strchr(host ? host + 3 : url, '/');
    *result = tmpl_text(path ? path : "");
    return 0;
}

static int call_parse_duration(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                               struct tmpl_value *result)
{
    (void)count;
    const char *text;
    int64_t ms;
    if (tmpl_want_text(run, &args[0], &text))
        return -EINVAL;
    if (promql_parse_duration(text, strlen(text), &ms))
        return error_set(run->e, -EINVAL, "'%s' is not a valid duration", text);
    *result = tmpl_float((double)ms / 1000);
    return 0;
}

static int call_now(struct tmpl_run *run, const struct tmpl_value *args, size_t count,
                    struct tmpl_value *result)
{
    (void)args;
    (void)count;
    *result = tmpl_float((double)run->data->t_ms / 1000);
    return 0;
}

enum { ANY = TEMPLATE_MAX_TEXT }; /* as many as a template can hold */

/* Sorted by name, for bsearch(3). toTime gives the time as a text: its methods are left out. */
static const struct tmpl_function functions[] = {
    {"and", 1, ANY, NULL, TMPL_AND},
    {"args", 0, ANY, call_args, TMPL_EAGER},
    {"eq", 2, ANY, tmpl_eq, TMPL_EAGER},
    {"externalURL", 0, 0, call_external_url, TMPL_EAGER},
    {"first", 1, 1, call_first, TMPL_EAGER},
    {"ge", 2, 2, tmpl_ge, TMPL_EAGER},
    {"graphLink", 1, 1, tmpl_graph_link, TMPL_EAGER},
    {"gt", 2, 2, tmpl_gt, TMPL_EAGER},
    {"html", 1, ANY, tmpl_html, TMPL_EAGER},
    {"humanize", 1, 1, tmpl_humanize, TMPL_EAGER},
    {"humanize1024", 1, 1, tmpl_humanize_1024, TMPL_EAGER},
    {"humanizeDuration", 1, 1, tmpl_humanize_duration, TMPL_EAGER},
    {"humanizePercentage", 1, 1, tmpl_humanize_percentage, TMPL_EAGER},
    {"humanizeTimestamp", 1, 1, tmpl_humanize_timestamp, TMPL_EAGER},
    {"index", 1, ANY, tmpl_index, TMPL_EAGER},
    {"label", 2, 2, call_label, TMPL_EAGER},
    {"le", 2, 2, tmpl_le, TMPL_EAGER},
    {"len", 1, 1, tmpl_len, TMPL_EAGER},
    {"lt", 2, 2, tmpl_lt, TMPL_EAGER},
    {"match", 2, 2, tmpl_match, TMPL_EAGER},
    {"ne", 2, 2, tmpl_ne, TMPL_EAGER},
    {"not", 1, 1, tmpl_not, TMPL_EAGER},
    {"now", 0, 0, call_now, TMPL_EAGER},
    {"or", 1, ANY, NULL, TMPL_OR},
    {"parseDuration", 1, 1, call_parse_duration, TMPL_EAGER},
    {"pathPrefix", 0, 0, call_path_prefix, TMPL_EAGER},
    {"print", 0, ANY, tmpl_sprint, TMPL_EAGER},
    {"printf", 1, ANY, tmpl_printf, TMPL_EAGER},
    {"println", 0, ANY, tmpl_sprintln, TMPL_EAGER},
    {"query", 1, 1, call_query, TMPL_EAGER},
    {"reReplaceAll", 3, 3, tmpl_re_replace_all, TMPL_EAGER},
    {"safeHtml", 1, 1, call_same, TMPL_EAGER},
    {"slice", 1, 4, tmpl_slice, TMPL_EAGER},
    {"sortByLabel", 2, 2, call_sort_by_label, TMPL_EAGER},
    {"stripDomain", 1, 1, tmpl_strip_domain, TMPL_EAGER},
    {"stripPort", 1, 1, tmpl_strip_port, TMPL_EAGER},
    {"strvalue", 1, 1, call_strvalue, TMPL_EAGER},
    {"tableLink", 1, 1, tmpl_table_link, TMPL_EAGER},
    {"title", 1, 1, tmpl_title, TMPL_EAGER},
    {"toDuration", 1, 1, tmpl_to_duration, TMPL_EAGER},
    {"toLower", 1, 1, tmpl_to_lower, TMPL_EAGER},
    {"toTime", 1, 1, tmpl_humanize_timestamp, TMPL_EAGER},
    {"toUpper", 1, 1, tmpl_to_upper, TMPL_EAGER},
    {"urlQueryEscape", 1, 1, tmpl_url_query, TMPL_EAGER},
    {"urlquery", 1, ANY, tmpl_url_query, TMPL_EAGER},
    {"value", 1, 1, call_value, TMPL_EAGER},
};

struct name {
    const char *text;
    size_t length;
};

static int by_name(const void *key, const void *item)
{
    const struct name *name = key;
    const char *other = ((const struct tmpl_function *)item)->name;
    int order = strncmp(name->text, other, name->length);
    return order ? order : -(other[name->length] != '\0');
}

const struct tmpl_function *tmpl_function_find(const char *name, size_t length)
{
    return bsearch(&(struct name){name, length}, functions, sizeof functions / sizeof *functions,
                   sizeof *functions, by_name);
}
