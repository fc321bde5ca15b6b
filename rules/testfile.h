/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_TESTFILE_H
#define RULES_TESTFILE_H

#include "rules/rules.h"
#include "rules/series_notation.h"

/*
 * Unit tests of rules, of the format that
 * https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/ describes.
 */

enum { TEST_FILE_MAX_VALUES = 10 * 1000 * 1000 }; /* of all input series */

/* An alert that is expected: its labels without alertname, as the file has them. */
struct test_alert {
    const struct labels *labels, *annotations;
};

/* An item of alert_rule_test. */
struct test_alert_case {
    size_t line;
    int64_t eval_time_ms;
    const char *alertname;
    struct test_alert *expected;
    size_t expected_count;
};

struct test_sample {
    const struct labels *labels;
    double value;
    bool histogram; /* a native one is expected, of which nothing is known */
};

/* An item of promql_expr_test; what is wrong with it is found only where it is evaluated. */
struct test_expr_case {
    size_t line;
    int64_t eval_time_ms;
    const char *expr;
    struct test_sample *expected;
    size_t expected_count;
};

/* An item of tests. */
struct test_group {
    size_t line;
    const char *name; /* "" where it has none */
    int64_t interval_ms;
    int64_t start_ms; /* where its time begins, 1970 if not told */
    struct series_notation *series;
    size_t series_count;
    struct test_alert_case *alerts;
    size_t alert_count;
    struct test_expr_case *exprs;
    size_t expr_count;
    const struct labels *external_labels;
    const char *external_url;
};

struct test_file {
    const char **rule_files; /* as they stand in the file, relative to it */
    size_t rule_file_count;
    const char **group_eval_order;
    size_t group_count;
    int64_t evaluation_interval_ms;
    bool fuzzy_compare; /* values may differ by one unit in the last place */
    struct test_group *tests;
    size_t test_count;
    size_t value_count; /* of all input series, for the bound */
};

/*
 * Reads a test file into the arena; all errors are told through report, as rule_set_load() does it.
 * -EINVAL when there was any.
 */
int test_file_read(const struct rule_source *source, struct arena *arena,
                   void (*report)(const char *text, void *arg), void *arg, struct test_file *file);

#endif
