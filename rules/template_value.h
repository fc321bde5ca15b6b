/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_TEMPLATE_VALUE_H
#define RULES_TEMPLATE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "rules/template.h"

/* What a template computes with. */
enum tmpl_value_kind {
    TMPL_NOTHING, /* no such entry: prints "<no value>" */
    TMPL_NIL,
    TMPL_BOOL,
    TMPL_INTEGER,
    TMPL_FLOAT,
    TMPL_TEXT_VALUE,
    TMPL_LABELS, /* Go: map[string]string */
    TMPL_SAMPLE,
    TMPL_SAMPLES, /* what query gives */
    TMPL_ARGS,    /* what args gives */
    TMPL_DATA     /* $ */
};

struct tmpl_value {
    enum tmpl_value_kind kind;
    union {
        int64_t integer; /* a bool's too */
        double number;
        const char *text;
        const struct labels *labels;
        const struct promql_sample *sample;
        struct {
            const struct promql_sample *samples;
            size_t sample_count;
        };
        struct {
            const struct tmpl_value *args;
            size_t arg_count;
        };
    };
};

static inline struct tmpl_value tmpl_text(const char *text)
{
    return (struct tmpl_value){.kind = TMPL_TEXT_VALUE, .text = text};
}

static inline struct tmpl_value tmpl_float(double number)
{
    return (struct tmpl_value){.kind = TMPL_FLOAT, .number = number};
}

static inline struct tmpl_value tmpl_bool(bool truth)
{
    return (struct tmpl_value){.kind = TMPL_BOOL, .integer = truth};
}

static inline struct tmpl_value tmpl_integer(int64_t integer)
{
    return (struct tmpl_value){.kind = TMPL_INTEGER, .integer = integer};
}

/* Go's name of the type: "float64". */
const char *tmpl_type_name(const struct tmpl_value *value);

/* Whether {{if}} takes it as true: not zero, not empty. */
bool tmpl_is_true(const struct tmpl_value *value);

/* What .name gives; -EINVAL where the value has no such field. */
int tmpl_field(const struct tmpl_value *value, const char *name, const struct template_data *data,
               struct tmpl_value *result, struct error *e);

/* As Go's %v prints it. */
void tmpl_print(const struct tmpl_value *value, struct buf *out);

/* A number as Go's %v prints it: shortest digits, exponents below 1e-4 and from 1e6 on. */
void tmpl_print_float(double v, struct buf *out);

#endif
