/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/template_value.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *tmpl_type_name(const struct tmpl_value *value)
{
    static const char *const names[] = {
        [TMPL_NOTHING] = "<nil>",
        [TMPL_NIL] = "<nil>",
        [TMPL_BOOL] = "bool",
        [TMPL_INTEGER] = "int",
        [TMPL_FLOAT] = "float64",
        [TMPL_TEXT_VALUE] = "string",
        [TMPL_LABELS] = "map[string]string",
        [TMPL_SAMPLE] = "*template.sample",
        [TMPL_SAMPLES] = "template.queryResult",
        [TMPL_ARGS] = "map[string]interface {}",
        [TMPL_DATA] = "struct",
    };
    return names[value->kind];
}

bool tmpl_is_true(const struct tmpl_value *value)
{
    switch (value->kind) {
    case TMPL_NOTHING:
    case TMPL_NIL:
        return false;
    case TMPL_BOOL:
    case TMPL_INTEGER:
        return value->integer != 0;
    case TMPL_FLOAT:
        return value->number != 0;
    case TMPL_TEXT_VALUE:
        return value->text[0] != '\0';
    case TMPL_LABELS:
        return value->labels->count > 0;
    case TMPL_SAMPLES:
        return value->sample_count > 0;
    case TMPL_ARGS:
        return value->arg_count > 0;
    case TMPL_SAMPLE:
    case TMPL_DATA:
        break;
    }
    return true;
}

static struct tmpl_value labels_value(const struct labels *labels)
{
    return (struct tmpl_value){.kind = TMPL_LABELS, .labels = labels ? labels : &labels_empty};
}

static int no_field(const struct tmpl_value *value, const char *name, struct error *e)
{
    return error_set(e, -EINVAL, "there is no field %s in a %s", name, tmpl_type_name(value));
}

static int data_field(const struct tmpl_value *value, const char *name,
                      const struct template_data *data, struct tmpl_value *result, struct error *e)
{
    if (strcmp(name, "Labels") == 0)
        *result = labels_value(data->labels);
    else if (strcmp(name, "ExternalLabels") == 0)
        *result = labels_value(data->external_labels);
    else if (strcmp(name, "ExternalURL") == 0)
        *result = tmpl_text(data->external_url ? data->external_url : "");
    else if (strcmp(name, "Value") == 0)
        *result = tmpl_float(data->value);
    else
        return no_field(value, name, e);
    return 0;
}

static int sample_field(const struct tmpl_value *value, const char *name, struct tmpl_value *result,
                        struct error *e)
{
    if (strcmp(name, "Labels") == 0)
        *result = labels_value(value->sample->labels);
    else if (strcmp(name, "Value") == 0)
        *result = tmpl_float(value->sample->v);
    else
        return no_field(value, name, e);
    return 0;
}

int tmpl_field(const struct tmpl_value *value, const char *name, const struct template_data *data,
               struct tmpl_value *result, struct error *e)
{
    switch (value->kind) {
    case TMPL_DATA:
        return data_field(value, name, data, result, e);
    case TMPL_SAMPLE:
        return sample_field(value, name, result, e);
    case TMPL_LABELS:
        *result = tmpl_text(labels_get(value->labels, name));
        return 0;
    case TMPL_ARGS:
        *result = (struct tmpl_value){.kind = TMPL_NOTHING};
        for (size_t i = 0; i < value->arg_count; i++) {
            char key[24];
            snprintf(key, sizeof key, "arg%zu", i);
            if (strcmp(key, name) == 0)
                *result = value->args[i];
        }
        return 0;
    default:
        return no_field(value, name, e);
    }
}

void tmpl_print_float(double v, struct buf *out)
{
    char text[40];
    double size = fabs(v);
    if (isnan(v) || isinf(v) || size == 0 || (size >= 1e-4 && size < 1e6)) {
        if (v == 0 && signbit(v))
            buf_puts(out, "-");
        promql_print_number(size == 0 ? 0 : v, out);
        return;
    }
    for (int precision = 0; precision <= 16; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, v);
        if (strtod(text, NULL) == v)
            break;
    }
    buf_puts(out, text);
}

static void print_labels(const struct labels *labels, struct buf *out)
{
    buf_puts(out, "map[");
    for (size_t i = 0; i < labels->count; i++)
        buf_printf(out, "%s%s:%s", i ? " " : "", labels->at[i].name, labels->at[i].value);
    buf_puts(out, "]");
}

static void print_sample(const struct promql_sample *sample, struct buf *out)
{
    buf_puts(out, "{");
    print_labels(sample->labels, out);
    buf_puts(out, " ");
    tmpl_print_float(sample->v, out);
    buf_puts(out, "}");
}

void tmpl_print(const struct tmpl_value *value, struct buf *out)
{
    switch (value->kind) {
    case TMPL_NOTHING:
        buf_puts(out, "<no value>");
        break;
    case TMPL_NIL:
        buf_puts(out, "<nil>");
        break;
    case TMPL_BOOL:
        buf_puts(out, value->integer ? "true" : "false");
        break;
    case TMPL_INTEGER:
        buf_printf(out, "%lld", (long long)value->integer);
        break;
    case TMPL_FLOAT:
        tmpl_print_float(value->number, out);
        break;
    case TMPL_TEXT_VALUE:
        buf_puts(out, value->text);
        break;
    case TMPL_LABELS:
        print_labels(value->labels, out);
        break;
    case TMPL_SAMPLE:
        print_sample(value->sample, out);
        break;
    case TMPL_SAMPLES:
        buf_puts(out, "[");
        for (size_t i = 0; i < value->sample_count; i++) {
            buf_puts(out, i ? " " : "");
            print_sample(&value->samples[i], out);
        }
        buf_puts(out, "]");
        break;
    case TMPL_ARGS:
        buf_puts(out, "map[");
        for (size_t i = 0; i < value->arg_count; i++) {
            buf_printf(out, "%sarg%zu:", i ? " " : "", i);
            tmpl_print(&value->args[i], out);
        }
        buf_puts(out, "]");
        break;
    case TMPL_DATA:
        buf_puts(out, "{}");
        break;
    }
}
