/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "rules/testfile.h"

static void add_line(const char *text, void *arg)
{
    buf_printf(arg, "%s\n", text);
}

static int read_text(const char *text, struct arena *arena, struct test_file *file,
                     struct buf *errors)
{
    const struct rule_source source = {"t.yml", text, strlen(text)};
    buf_puts(errors, "");
    return test_file_read(&source, arena, add_line, errors, file);
}

static const char whole[] = "rule_files: [a.yml, 'b/*.yml']\n"
                            "evaluation_interval: 30s\n"
                            "group_eval_order: [h, g]\n"
                            "fuzzy_compare: true\n"
                            "tests:\n"
                            "- name: first\n"
                            "  interval: 10s\n"
                            "  start_timestamp: 2024-01-01T01:00:00.5+01:00\n"
                            "  external_labels: {site: a}\n"
                            "  external_url: http://x\n"
                            "  input_series:\n"
                            "  - {series: 'up{job=\"a\"}', values: '1 _ 2x1'}\n"
                            "  alert_rule_test:\n"
                            "  - eval_time: 1m30s\n"
                            "    alertname: Down\n"
                            "    exp_alerts:\n"
                            "    - {exp_labels: {n: 1}, exp_annotations: {s: t}}\n"
                            "    - {}\n"
                            "  promql_expr_test:\n"
                            "  - expr: up\n"
                            "    eval_time: 5\n"
                            "    exp_samples:\n"
                            "    - {labels: 'up{job=\"a\"}', value: -1.5e3}\n"
                            "    - {value: .inf}\n"
                            "    - {value: .nan}\n"
                            "- {}\n";

static void reads_all(void **state)
{
    (void)state;
    SCRATCH_ARENA(arena);
    struct buf errors = {0};
    struct test_file file;
    int code = read_text(whole, arena, &file, &errors);
    /* Of durations only 0 stands without a unit. */
    assert_string_equal(errors.data, "t.yml:21:16: '5' is no duration for 'eval_time' (as 30s, "
                                     "5m, 1h30m, 7d)\n");
    assert_int_not_equal(code, 0);
    assert_int_equal(file.rule_file_count, 2);
    assert_string_equal(file.rule_files[1], "b/*.yml");
    assert_int_equal(file.evaluation_interval_ms, 30000);
    assert_int_equal(file.group_count, 2);
    assert_true(file.fuzzy_compare);
    assert_int_equal(file.test_count, 2);
    assert_int_equal(file.tests[1].interval_ms, 30000);

    const struct test_group *group = &file.tests[0];
    assert_int_equal(group->line, 6);
    assert_string_equal(group->name, "first");
    assert_int_equal(group->interval_ms, 10000);
    assert_true(group->start_ms == INT64_C(1704067200500));
    assert_string_equal(labels_get(group->external_labels, "site"), "a");
    assert_string_equal(group->external_url, "http://x");
    assert_int_equal(group->series_count, 1);
    assert_int_equal(group->series[0].count, 4);

    const struct test_alert_case *alert = &group->alerts[0];
    assert_int_equal(alert->eval_time_ms, 90000);
    assert_int_equal(alert->expected_count, 2);
    assert_string_equal(labels_get(alert->expected[0].labels, "n"), "1");
    assert_string_equal(labels_get(alert->expected[1].labels, "alertname"), "Down");

    const struct test_sample *samples = group->exprs[0].expected;
    assert_int_equal(group->exprs[0].expected_count, 3);
    assert_string_equal(labels_get(samples[0].labels, "job"), "a");
    assert_true(samples[0].value == -1500 && isinf(samples[1].value) && isnan(samples[2].value));
    buf_free(&errors);
}

/* What is wrong with a file, the whole of what is told. */
static const struct {
    const char *text, *errors;
} wrong[] = {
    {"tests: 1\n", "t.yml:1:8: 'tests' must be a list, not a text\n"},
    {"test: []\n", "t.yml:1:1: unknown field 'test' in a test file (did you mean 'tests'?)\n"},
    {"evaluation_interval: 1x\n",
     "t.yml:1:22: '1x' is no duration for 'evaluation_interval' (as 30s, 5m, 1h30m, 7d)\n"},
    {"fuzzy_compare: 1\n", "t.yml:1:16: here must be true or false\n"},
    {"group_eval_order: [a, b, a]\n",
     "t.yml:1:26: the group 'a' stands in 'group_eval_order' already\n"},
    {"tests:\n- start_timestamp: yesterday\n",
     "t.yml:2:20: 'yesterday' is no time (2024-01-31T12:00:00Z, or seconds since 1970)\n"},
    {"tests:\n- input_series: [{values: 1}]\n", "t.yml:2:18: the input series has no 'series'\n"},
    {"tests:\n- input_series: [{series: a, values: 1y}]\n",
     "t.yml:2:27: series: wrong value, or too many, at `1y` of `a 1y`\n"},
    {"tests:\n- input_series: [{series: a, values: 1x6000000}, {series: b, values: 1x6000000}]\n",
     "t.yml:2:50: more than 10000000 values in one file\n"},
    {"tests:\n- alert_rule_test: [{eval_time: 1m}]\n",
     "t.yml:2:21: the item of 'alert_rule_test' has no 'alertname'\n"},
    {"tests:\n- promql_expr_test:\n  - exp_samples: [{value: '1'}, {value: NaN}, {labels: '{a'}]\n",
     "t.yml:3:27: here must be a number (as 1, 0.5, 1e6, .inf, -.inf, .nan)\n"
     "t.yml:3:41: here must be a number (as 1, 0.5, 1e6, .inf, -.inf, .nan)\n"
     "t.yml:3:56: series: unexpected end of input in label set, expected \"=\" at column 3 of "
     "`{a`\n"},
};

static void tells_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        SCRATCH_ARENA(arena);
        struct buf errors = {0};
        struct test_file file;
        int code = read_text(wrong[i].text, arena, &file, &errors);
        assert_string_equal(errors.data, wrong[i].errors);
        assert_int_not_equal(code, 0);
        buf_free(&errors);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_all),
        cmocka_unit_test(tells_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
