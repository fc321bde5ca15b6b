/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "exporters/openmetrics.h"

typedef Io__Prometheus__Client__MetricFamily family_t;
typedef Io__Prometheus__Client__Metric metric_t;
typedef Io__Prometheus__Client__LabelPair pair_t;

#define COUNTER IO__PROMETHEUS__CLIENT__METRIC_TYPE__COUNTER
#define GAUGE   IO__PROMETHEUS__CLIENT__METRIC_TYPE__GAUGE
#define UNTYPED IO__PROMETHEUS__CLIENT__METRIC_TYPE__UNTYPED

/* A family of one metric with at most one label. */
struct simple {
    family_t family;
    metric_t metric, *metrics[1];
    pair_t pair, *pairs[1];
    Io__Prometheus__Client__Gauge gauge;
    Io__Prometheus__Client__Counter counter;
    Io__Prometheus__Client__Untyped untyped;
};

static family_t *simple(struct simple *s, const char *name, int type, const char *unit,
                        const char *help, const char *label, const char *text, double value)
{
    io__prometheus__client__metric_family__init(&s->family);
    io__prometheus__client__metric__init(&s->metric);
    io__prometheus__client__label_pair__init(&s->pair);
    io__prometheus__client__gauge__init(&s->gauge);
    io__prometheus__client__counter__init(&s->counter);
    io__prometheus__client__untyped__init(&s->untyped);
    s->gauge.value = s->counter.value = s->untyped.value = value;
    s->gauge.has_value = s->counter.has_value = s->untyped.has_value = 1;
    s->pair.name = (char *)(uintptr_t)label;
    s->pair.value = (char *)(uintptr_t)text;
    s->pairs[0] = &s->pair;
    s->metric.label = s->pairs;
    s->metric.n_label = label ? 1 : 0;
    s->metric.gauge = type == GAUGE ? &s->gauge : NULL;
    s->metric.counter = type == COUNTER ? &s->counter : NULL;
    s->metric.untyped = type == UNTYPED ? &s->untyped : NULL;
    s->metrics[0] = &s->metric;
    s->family.metric = s->metrics;
    s->family.n_metric = 1;
    s->family.name = (char *)(uintptr_t)name;
    s->family.help = (char *)(uintptr_t)help;
    s->family.unit = (char *)(uintptr_t)unit;
    s->family.has_type = 1;
    s->family.type = (Io__Prometheus__Client__MetricType)type;
    return &s->family;
}

static void assert_renders(const family_t *const *families, size_t count, enum exposition format,
                           const char *expected)
{
    struct buf out = {0};
    openmetrics_render(families, count, format, &out);
    assert_string_equal(out.length ? out.data : "", expected);
    buf_free(&out);
}

static void test_single_families(void **state)
{
    static const struct {
        const char *name;
        int type;
        const char *unit, *help, *label, *text;
        double value;
        const char *openmetrics, *plain;
    } table[] = {
        {"a_seconds", GAUGE, "seconds", "How long.", "x", "1", 0.25,
         "# TYPE a_seconds gauge\n# UNIT a_seconds seconds\n# HELP a_seconds How long.\n"
         "a_seconds{x=\"1\"} 0.25\n# EOF\n",
         "# TYPE a_seconds gauge\n# HELP a_seconds How long.\na_seconds{x=\"1\"} 0.25\n"},
        {"e_total", COUNTER, "", "Errors.", NULL, NULL, 3,
         "# TYPE e counter\n# HELP e Errors.\ne_total 3\n# EOF\n",
         "# TYPE e_total counter\n# HELP e_total Errors.\ne_total 3\n"},
        {"e_bytes_total", COUNTER, "bytes", NULL, NULL, NULL, 3,
         "# TYPE e_bytes counter\n# UNIT e_bytes bytes\ne_bytes_total 3\n# EOF\n",
         "# TYPE e_bytes_total counter\ne_bytes_total 3\n"},
        {"e_no", COUNTER, "", NULL, NULL, NULL, 1, "# TYPE e_no counter\ne_no_total 1\n# EOF\n",
         "# TYPE e_no_total counter\ne_no_total 1\n"},
        {"speed_bytes_per_second", GAUGE, "bytes", NULL, NULL, NULL, 1e21,
         "# TYPE speed_bytes_per_second gauge\nspeed_bytes_per_second 1e+21\n# EOF\n",
         "# TYPE speed_bytes_per_second gauge\nspeed_bytes_per_second 1e+21\n"},
        {"seconds", GAUGE, "seconds", NULL, NULL, NULL, 1,
         "# TYPE seconds gauge\nseconds 1\n# EOF\n", "# TYPE seconds gauge\nseconds 1\n"},
        {"u", UNTYPED, NULL, NULL, NULL, NULL, NAN, "# TYPE u unknown\nu NaN\n# EOF\n",
         "# TYPE u untyped\nu NaN\n"},
        {"i", GAUGE, "", NULL, "d", "+", INFINITY, "# TYPE i gauge\ni{d=\"+\"} +Inf\n# EOF\n",
         "# TYPE i gauge\ni{d=\"+\"} +Inf\n"},
        {"i", GAUGE, "", NULL, "d", "", -INFINITY, "# TYPE i gauge\ni -Inf\n# EOF\n",
         "# TYPE i gauge\ni -Inf\n"},
        {"q", GAUGE, "", "a \"b\" \\ c\nd", "d", "a\"b\\c\nd\xff", 1,
         "# TYPE q gauge\n# HELP q a \\\"b\\\" \\\\ c\\nd\n"
         "q{d=\"a\\\"b\\\\c\\nd\xef\xbf\xbd\"} 1\n# EOF\n",
         "# TYPE q gauge\n# HELP q a \"b\" \\\\ c\\nd\nq{d=\"a\\\"b\\\\c\\nd\xef\xbf\xbd\"} 1\n"},
        {"bad name", GAUGE, "", NULL, NULL, NULL, 1, "# EOF\n", ""},
        {"9bad", GAUGE, "", NULL, NULL, NULL, 1, "# EOF\n", ""},
        {"n", GAUGE, "", NULL, "bad-label", "x", 1, "# TYPE n gauge\nn 1\n# EOF\n",
         "# TYPE n gauge\nn 1\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct simple s;
        const family_t *family =
            simple(&s, table[i].name, table[i].type, table[i].unit, table[i].help, table[i].label,
                   table[i].text, table[i].value);
        assert_renders(&family, 1, EXPOSITION_OPENMETRICS, table[i].openmetrics);
        assert_renders(&family, 1, EXPOSITION_TEXT, table[i].plain);
    }
}

/* Targets come one by one, so a family comes several times and in no order. */
static void test_families_are_put_together(void **state)
{
    struct simple s[4];
    const family_t *const families[] = {
        simple(&s[0], "b", GAUGE, "", "B.", "disk", "2", 1),
        simple(&s[1], "a", GAUGE, "", "A.", "disk", "1", 2),
        simple(&s[2], "b", GAUGE, "", "B.", "disk", "1", 3),
        simple(&s[3], "a", GAUGE, "", "A.", "disk", "2", 4),
    };
    (void)state;
    assert_renders(families, 4, EXPOSITION_OPENMETRICS,
                   "# TYPE a gauge\n# HELP a A.\na{disk=\"1\"} 2\na{disk=\"2\"} 4\n"
                   "# TYPE b gauge\n# HELP b B.\nb{disk=\"2\"} 1\nb{disk=\"1\"} 3\n# EOF\n");
    assert_renders(NULL, 0, EXPOSITION_OPENMETRICS, "# EOF\n");
    assert_renders(NULL, 0, EXPOSITION_TEXT, "");
}

/* A metric without a value, as a broken worker may send it, is left out. */
static void test_no_value(void **state)
{
    struct simple s;
    const family_t *family = simple(&s, "a", GAUGE, "", NULL, "x", "1", 1);
    (void)state;
    s.gauge.has_value = 0;
    assert_renders(&family, 1, EXPOSITION_OPENMETRICS, "# TYPE a gauge\n# EOF\n");
    s.metric.gauge = NULL;
    assert_renders(&family, 1, EXPOSITION_OPENMETRICS, "# TYPE a gauge\n# EOF\n");
    s.family.name = NULL;
    assert_renders(&family, 1, EXPOSITION_OPENMETRICS, "# EOF\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single_families),
        cmocka_unit_test(test_families_are_put_together),
        cmocka_unit_test(test_no_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
