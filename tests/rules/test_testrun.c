/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "rules/testrun.h"

static void add_line(const char *text, void *arg)
{
    buf_printf(arg, "%s\n", text);
}

static void fail_line(const char *text, void *arg)
{
    (void)arg;
    fail_msg("%s", text);
}

/* Runs the tests of a file over rules: what is told of it. */
static void check(const char *rules, const char *tests, const struct promql_engine *engine,
                  const char *expected)
{
    SCRATCH_ARENA(arena);
    const struct rule_source sources[] = {{"r.yml", rules, strlen(rules)},
                                          {"t.yml", tests, strlen(tests)}};
    struct rule_set *set = NULL;
    struct test_file file;
    struct buf told = {0};
    if (rule_set_load(sources, 1, fail_line, NULL, &set) ||
        test_file_read(&sources[1], arena, fail_line, NULL, &file))
        fail();
    buf_puts(&told, "");
    for (size_t i = 0; i < file.test_count; i++) {
        size_t before = told.length;
        size_t failures =
            testrun_group("t.yml", &file, &file.tests[i], set, engine, add_line, &told);
        assert_int_equal(failures > 0, told.length > before);
    }
    assert_string_equal(told.data, expected);
    buf_free(&told);
    rule_set_free(&set);
}

#define RULES                                                                                      \
    "groups:\n"                                                                                    \
    "- name: g\n"                                                                                  \
    "  interval: 7h\n" /* of no account in a test */                                               \
    "  rules:\n"                                                                                   \
    "  - {record: twice, expr: 2 * in}\n"                                                          \
    "  - alert: High\n"                                                                            \
    "    expr: in > 1\n"                                                                           \
    "    for: 1m\n"                                                                                \
    "    labels: {severity: page}\n"                                                               \
    "    annotations: {s: '{{ $value }} of {{ $externalLabels.site }} {{ $externalURL }}'}\n"

#define INPUT(values)                                                                              \
    "  input_series: [{series: 'in{a=\"x\"}', values: '" values "'}]\n"                            \
    "  external_labels: {site: S}\n"                                                               \
    "  external_url: u\n"

static void passes(void **state)
{
    (void)state;
    check(RULES,
          "tests:\n"
          "- interval: 30s\n" INPUT(
              "1 1 2x9") "  alert_rule_test:\n"
                         "  - {eval_time: 1m, alertname: High}\n"
                         "  - {eval_time: 1m59s, alertname: High}\n"
                         "  - {eval_time: 0, alertname: None}\n"
                         "  - eval_time: 2m\n"
                         "    alertname: High\n"
                         "    exp_alerts:\n"
                         "    - {exp_labels: {a: x, severity: page}, exp_annotations: {s: 2 of S "
                         "u}}\n"
                         "  promql_expr_test:\n"
                         "  - {expr: 'twice', eval_time: 90s,\n"
                         "     exp_samples: [{labels: 'twice{a=\"x\"}', value: 4}]}\n"
                         "  - {expr: 1 + 1, eval_time: 0, exp_samples: [{value: 2}]}\n"
                         "  - {expr: 'count_over_time(in[3m:])', eval_time: 5m, "
                         "exp_samples: [{labels: '{a=\"x\"}', value: 3}]}\n",
          &(const struct promql_engine){0}, "");
}

static void tells_differences(void **state)
{
    (void)state;
    check(RULES,
          "tests:\n"
          "- name: one\n" INPUT(
              "1 2 3") "  alert_rule_test:\n"
                       "  - {eval_time: 2m, alertname: High}\n"
                       "  - {eval_time: 2m, alertname: High, exp_alerts: [\n"
                       "      {exp_labels: {a: x, severity: page}, exp_annotations: {s: other, t: "
                       "u}},\n"
                       "      {exp_labels: {a: y}}]}\n"
                       "  promql_expr_test:\n"
                       "  - {expr: 'twice', eval_time: 1m, exp_samples: [\n"
                       "      {labels: 'twice{a=\"x\"}', value: 5}, {labels: 'twice{a=\"y\"}', "
                       "value: 1}]}\n"
                       "  - {expr: 'twice', eval_time: 0}\n"
                       "  - {expr: '1 +', eval_time: 0}\n"
                       "  - {expr: 'in[1m]', eval_time: 0}\n"
                       "  - {expr: 'vector(NaN)', eval_time: 0, exp_samples: [{value: .nan}]}\n",
          &(const struct promql_engine){0},
          "t.yml:7: alert High at 2m (one)\n"
          "    got, not expected: {a=\"x\",alertname=\"High\",severity=\"page\"} with annotations "
          "{s=\"3 of S u\"}\n"
          "t.yml:8: alert High at 2m (one)\n"
          "    {a=\"x\",alertname=\"High\",severity=\"page\"}: annotation s: expected \"other\", "
          "got \"3 of S u\"\n"
          "    {a=\"x\",alertname=\"High\",severity=\"page\"}: annotation t: expected \"u\", got "
          "none\n"
          "    expected, not got: {a=\"y\",alertname=\"High\"}\n"
          "t.yml:12: expr `twice` at 1m (one)\n"
          "    twice{a=\"x\"}: expected 5, got 4\n"
          "    expected, not got: twice{a=\"y\"} 1\n"
          "t.yml:14: expr `twice` at 0s (one)\n"
          "    got, not expected: twice{a=\"x\"} 2\n"
          "t.yml:15: expr `1 +` at 0s (one)\n"
          "    1:4: parse error: unexpected end of input\n"
          "t.yml:16: expr `in[1m]` at 0s (one)\n"
          "    it gives a range vector, not values\n"
          "t.yml:17: expr `vector(NaN)` at 0s (one)\n"
          "    {}: expected NaN, got NaN (NaN equals nothing, not even NaN)\n");
}

static void ends_at_a_failing_rule(void **state)
{
    (void)state;
    check("groups:\n- name: g\n  rules: [{record: r, expr: a + on () b}]\n",
          "tests:\n"
          "- input_series:\n"
          "  - {series: a, values: 1x9}\n"
          "  - {series: 'b{x=\"1\"}', values: _ 1x9}\n"
          "  - {series: 'b{x=\"2\"}', values: _ 1x9}\n"
          "  promql_expr_test: [{expr: r, eval_time: 5m}]\n",
          &(const struct promql_engine){0},
          "t.yml:2: rule r at 1m: found duplicate series for the match group {} on the right "
          "hand-side of the operation: [{__name__=\"b\", x=\"1\"}, {__name__=\"b\", "
          "x=\"2\"}];many-to-many matching not "
          "allowed: matching labels must be unique on one side\n");
}

static void follows_the_order(void **state)
{
    (void)state;
    const char *rules = "groups:\n"
                        "- {name: g, rules: [{record: second, expr: first + 1}]}\n"
                        "- {name: h, rules: [{record: first, expr: 1}]}\n";
    const char *test = "tests:\n"
                       "- promql_expr_test:\n"
                       "  - {expr: second, eval_time: 0}\n";
    check(rules, test, &(const struct promql_engine){0}, "");
    SCRATCH_ARENA(arena);
    check(rules, arena_printf(arena, "group_eval_order: [h, g]\n%s", test),
          &(const struct promql_engine){0},
          "t.yml:4: expr `second` at 0s\n    got, not expected: second 2\n");
}

/* What comes after the last evaluation is not seen; of series written twice the last counts. */
static void feeds_as_upstream(void **state)
{
    (void)state;
    check("groups: []\n",
          "tests:\n"
          "- interval: 20s\n"
          "  input_series:\n"
          "  - {series: in, values: 9x9}\n"
          "  - {series: in, values: 1 2 3 4 5 6 7}\n"
          "  promql_expr_test:\n"
          "  - {expr: in, eval_time: 1m50s, exp_samples: [{labels: in, value: 4}]}\n"
          "  - {expr: in, eval_time: 40s, exp_samples: [{labels: in, value: 3}]}\n",
          &(const struct promql_engine){0}, "");
}

static void knows_edges(void **state)
{
    (void)state;
    const char *test = "tests:\n"
                       "- input_series: [{series: in, values: 1x9}]\n"
                       "  promql_expr_test:\n"
                       "  - {expr: 'count_over_time(in[2m])', eval_time: 5m, "
                       "exp_samples: [{value: 2}]}\n";
    check("groups: []\n", test, &(const struct promql_engine){0}, "");
    check("groups: []\n", test, &(const struct promql_engine){.closed_left = true},
          "t.yml:4: expr `count_over_time(in[2m])` at 5m\n    {}: expected 2, got 3\n");
}

static void starts_later_and_compares_loosely(void **state)
{
    (void)state;
    check("groups: []\n",
          "fuzzy_compare: true\n"
          "tests:\n"
          "- start_timestamp: 1700000000\n"
          "  input_series: [{series: in, values: 2.9999999999999996 5}]\n"
          "  promql_expr_test:\n"
          "  - {expr: in, eval_time: 0, exp_samples: [{labels: in, value: 3}]}\n"
          "  - {expr: time(), eval_time: 1m, exp_samples: [{value: 1700000060}]}\n",
          &(const struct promql_engine){0}, "");
}

static void bounds(void **state)
{
    (void)state;
    check("groups: []\n",
          "evaluation_interval: 1ms\n"
          "tests:\n"
          "- promql_expr_test: [{expr: 1, eval_time: 100y}]\n"
          "- input_series: [{series: in, values: '{{count:1}}'}]\n",
          &(const struct promql_engine){0},
          "t.yml:3: more than 10000000 evaluations\n"
          "t.yml:4: its input has native histograms, which are not known here\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes),
        cmocka_unit_test(tells_differences),
        cmocka_unit_test(ends_at_a_failing_rule),
        cmocka_unit_test(follows_the_order),
        cmocka_unit_test(feeds_as_upstream),
        cmocka_unit_test(knows_edges),
        cmocka_unit_test(starts_later_and_compares_loosely),
        cmocka_unit_test(bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
