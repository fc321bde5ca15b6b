/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/testfile_parts.h"

#include <string.h>

/* A list of a test that is read, and how much room it has. */
struct part {
    struct test_group *group;
    size_t room;
    size_t *values; /* of the file's series */
};

struct raw_series {
    struct yaml_text series, values;
};

static const struct yaml_field series_fields[] = {
    {"series", yaml_read_text, offsetof(struct raw_series, series)},
    {"values", yaml_read_text, offsetof(struct raw_series, values)},
};

static void add_series(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    struct part *part = arg;
    struct test_group *group = part->group;
    struct raw_series raw = {0};
    struct error e;

    yaml_read_mapping(file, node, "an input series", series_fields,
                      sizeof series_fields / sizeof *series_fields, &raw);
    if (!raw.series.text) {
        yaml_error(file, node, "the input series has no 'series'");
        return;
    }
    const char *text =
        arena_printf(file->arena, "%s %s", raw.series.text, raw.values.text ? raw.values.text : "");
    group->series = arena_grow(file->arena, group->series, group->series_count, &part->room,
                               sizeof *group->series);
    struct series_notation *series = &group->series[group->series_count];
    if (series_parse(text, strlen(text), file->arena, series, &e)) {
        yaml_error(file, raw.series.node, "%s", e.text);
        return;
    }
    group->series_count++;
    *part->values += series->count;
    if (*part->values > TEST_FILE_MAX_VALUES)
        yaml_error(file, node, "more than %d values in one file", TEST_FILE_MAX_VALUES);
}

void testfile_read_series(struct yaml_file *file, const yaml_node_t *node, struct test_group *group,
                          size_t *values)
{
    struct part part = {.group = group, .values = values};
    yaml_read_list(file, node, "'input_series'", add_series, &part);
}

struct raw_alert {
    const yaml_node_t *labels, *annotations;
};

static const struct yaml_field alert_fields[] = {
    {"exp_labels", testfile_read_node, offsetof(struct raw_alert, labels)},
    {"exp_annotations", testfile_read_node, offsetof(struct raw_alert, annotations)},
};

struct alert_part {
    struct test_alert_case *out;
    size_t room;
};

/* The expected labels: alertname goes without saying. */
static void add_alert(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    struct alert_part *part = arg;
    struct test_alert_case *out = part->out;
    struct raw_alert raw = {0};
    yaml_read_mapping(file, node, "an expected alert", alert_fields,
                      sizeof alert_fields / sizeof *alert_fields, &raw);
    const struct labels *labels = testfile_read_labels(file, raw.labels, "'exp_labels'");
    out->expected = arena_grow(file->arena, out->expected, out->expected_count, &part->room,
                               sizeof *out->expected);
    out->expected[out->expected_count++] = (struct test_alert){
        .labels = labels_with(file->arena, labels, "alertname", out->alertname),
        .annotations = testfile_read_labels(file, raw.annotations, "'exp_annotations'"),
    };
}

struct raw_alert_case {
    struct yaml_text eval_time, alertname;
    const yaml_node_t *exp_alerts;
};

static const struct yaml_field alert_case_fields[] = {
    {"eval_time", yaml_read_text, offsetof(struct raw_alert_case, eval_time)},
    {"alertname", yaml_read_text, offsetof(struct raw_alert_case, alertname)},
    {"exp_alerts", testfile_read_node, offsetof(struct raw_alert_case, exp_alerts)},
};

static void add_alert_case(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    struct part *part = arg;
    struct test_group *group = part->group;
    struct raw_alert_case raw = {0};

    yaml_read_mapping(file, node, "an item of 'alert_rule_test'", alert_case_fields,
                      sizeof alert_case_fields / sizeof *alert_case_fields, &raw);
    if (!raw.alertname.text || !*raw.alertname.text) {
        yaml_error(file, node, "the item of 'alert_rule_test' has no 'alertname'");
        return;
    }
    group->alerts = arena_grow(file->arena, group->alerts, group->alert_count, &part->room,
                               sizeof *group->alerts);
    struct test_alert_case *out = &group->alerts[group->alert_count++];
    *out = (struct test_alert_case){.line = node->start_mark.line + 1,
                                    .alertname = arena_strdup(file->arena, raw.alertname.text)};
    testfile_read_duration(file, &raw.eval_time, "eval_time", &out->eval_time_ms);
    struct alert_part alerts = {.out = out};
    yaml_read_list(file, raw.exp_alerts, "'exp_alerts'", add_alert, &alerts);
}

void testfile_read_alerts(struct yaml_file *file, const yaml_node_t *node, struct test_group *group)
{
    struct part part = {.group = group};
    yaml_read_list(file, node, "'alert_rule_test'", add_alert_case, &part);
}

struct raw_sample {
    struct yaml_text labels, histogram;
    const yaml_node_t *value;
};

static const struct yaml_field sample_fields[] = {
    {"labels", yaml_read_text, offsetof(struct raw_sample, labels)},
    {"value", testfile_read_node, offsetof(struct raw_sample, value)},
    {"histogram", yaml_read_text, offsetof(struct raw_sample, histogram)},
};

struct sample_part {
    struct test_expr_case *out;
    size_t room;
};

static void add_sample(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    struct sample_part *part = arg;
    struct test_expr_case *out = part->out;
    struct raw_sample raw = {0};
    struct error e;

    yaml_read_mapping(file, node, "an expected sample", sample_fields,
                      sizeof sample_fields / sizeof *sample_fields, &raw);
    out->expected = arena_grow(file->arena, out->expected, out->expected_count, &part->room,
                               sizeof *out->expected);
    struct test_sample *sample = &out->expected[out->expected_count++];
    *sample = (struct test_sample){.labels = &labels_empty,
                                   .histogram = raw.histogram.text && *raw.histogram.text};
    testfile_read_number(file, raw.value, &sample->value);
    if (raw.labels.text && *raw.labels.text &&
        series_parse_labels(raw.labels.text, strlen(raw.labels.text), file->arena, &sample->labels,
                            &e)) {
        sample->labels = &labels_empty;
        yaml_error(file, raw.labels.node, "%s", e.text);
    }
}

struct raw_expr_case {
    struct yaml_text expr, eval_time;
    const yaml_node_t *exp_samples;
};

static const struct yaml_field expr_case_fields[] = {
    {"expr", yaml_read_text, offsetof(struct raw_expr_case, expr)},
    {"eval_time", yaml_read_text, offsetof(struct raw_expr_case, eval_time)},
    {"exp_samples", testfile_read_node, offsetof(struct raw_expr_case, exp_samples)},
};

static void add_expr_case(struct yaml_file *file, const yaml_node_t *node, void *arg)
{
    struct part *part = arg;
    struct test_group *group = part->group;
    struct raw_expr_case raw = {0};

    yaml_read_mapping(file, node, "an item of 'promql_expr_test'", expr_case_fields,
                      sizeof expr_case_fields / sizeof *expr_case_fields, &raw);
    group->exprs =
        arena_grow(file->arena, group->exprs, group->expr_count, &part->room, sizeof *group->exprs);
    struct test_expr_case *out = &group->exprs[group->expr_count++];
    *out = (struct test_expr_case){
        .line = node->start_mark.line + 1,
        .expr = arena_strdup(file->arena, raw.expr.text ? raw.expr.text : "")};
    testfile_read_duration(file, &raw.eval_time, "eval_time", &out->eval_time_ms);
    struct sample_part samples = {.out = out};
    yaml_read_list(file, raw.exp_samples, "'exp_samples'", add_sample, &samples);
}

void testfile_read_exprs(struct yaml_file *file, const yaml_node_t *node, struct test_group *group)
{
    struct part part = {.group = group};
    yaml_read_list(file, node, "'promql_expr_test'", add_expr_case, &part);
}
