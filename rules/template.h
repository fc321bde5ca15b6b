/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_TEMPLATE_H
#define RULES_TEMPLATE_H

#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/labels.h"
#include "rules/promql.h"

/*
 * The templates of alert labels and annotations: Go's text/template with Prometheus' functions, as
 * https://pkg.go.dev/text/template and
 * https://prometheus.io/docs/prometheus/latest/configuration/template_reference/ describe them.
 * Parsed once, when the rules are loaded; expanded for each alert. Of the languages' parts these
 * are left out: methods of values, the functions call, js, safeHtml's escaping and complex numbers.
 */
struct template;

enum {
    TEMPLATE_MAX_TEXT = 64 * 1024,
    TEMPLATE_MAX_OUTPUT = 256 * 1024,
    TEMPLATE_MAX_DEPTH = 50,              /* nested actions, parentheses and {{template}} calls */
    TEMPLATE_MAX_STEPS = 100 * 1000,      /* actions and functions carried out in one expansion */
    TEMPLATE_MAX_ALL_STEPS = 1000 * 1000, /* in all that share template_data.steps */
};

struct template_error {
    char text[256];
    size_t offset; /* byte of the text */
};

/*
 * Parses text with $labels, $externalLabels, $externalURL and $value defined, as they are in rules.
 * The template lives in the arena; text may go. -EINVAL with *error filled where it is wrong.
 */
int template_parse(const char *text, struct arena *arena, struct template **template,
                   struct template_error *error);

/* What a template is expanded with. */
struct template_data {
    const struct labels *labels, *external_labels;
    const char *external_url;
    double value;
    int64_t t_ms;
    size_t *steps; /* taken by all expansions that share it, this one's are added; NULL: alone */
    /* Evaluates the template's queries; the result is to live in the arena. NULL: there is none. */
    int (*query)(const char *expr, int64_t t_ms, struct arena *arena,
                 struct promql_sample **samples, size_t *count, void *arg, struct error *e);
    void *arg;
};

/*
 * Expands; *text lives in the arena. A label that is not there is "", as upstream has it
 * (missingkey=zero). -EINVAL where a function refuses its arguments or a value its use, -E2BIG when
 * a bound was met.
 */
int template_expand(const struct template *template, const struct template_data *data,
                    struct arena *arena, const char **text, struct error *e);

#endif
