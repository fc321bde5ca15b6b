/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/batch.h"
#include "core/instant.h"
#include "core/snapshot.h"

enum { NOW = 1000000000 };

static const struct metric errors = {
    .name = "errors_total", .type = METRIC_COUNTER, .unit = "", .help = "Errors."};
static const struct metric heat = {
    .name = "heat_celsius", .type = METRIC_GAUGE, .unit = "celsius", .help = "Heat."};
static const struct metric nowhere = {
    .name = "nowhere", .type = METRIC_GAUGE, .unit = "", .help = "Nowhere."};
static const struct metric *const metrics[] = {&errors, &heat, &nowhere, NULL};

static void add(struct store *store, const char *name, const char *disk, int64_t t, double value)
{
    SCRATCH_ARENA(arena);
    struct label labels[] = {{LABEL_NAME, name}, {"disk", disk}};
    assert_int_equal(store_append(store, labels_new(arena, labels, disk ? 2 : 1), t, value, NULL),
                     0);
}

/* One line a metric: its labels, value and kind. */
static const char *show(const Io__Prometheus__Client__MetricFamily *family, struct arena *arena)
{
    const char *out = "";
    for (size_t i = 0; i < family->n_metric; i++) {
        const Io__Prometheus__Client__Metric *metric = family->metric[i];
        out = arena_printf(arena, "%s{", out);
        for (size_t k = 0; k < metric->n_label; k++)
            out = arena_printf(arena, "%s%s=%s", out, metric->label[k]->name,
                               metric->label[k]->value);
        assert_true(!metric->gauge != !metric->counter);
        out = arena_printf(arena, "%s} %s %g\n", out, metric->gauge ? "gauge" : "counter",
                           metric->gauge ? metric->gauge->value : metric->counter->value);
    }
    return out;
}

static void test_families(void **state)
{
    SCRATCH_ARENA(arena);
    struct store *one = store_new(), *two = store_new();
    const struct snapshot_source sources[] = {{one, NOW}, {two, NOW - 60000}};
    const struct snapshot snapshot = {.sources = sources, .source_count = 2, .metrics = metrics};
    Io__Prometheus__Client__MetricFamily **families;

    (void)state;
    add(one, "heat_celsius", "b", NOW, 31);
    add(one, "heat_celsius", "a", NOW, 30);
    add(one, "heat_celsius", "ended", NOW, stale_nan());
    add(one, "heat_celsius", "old", NOW - INSTANT_LOOKBACK_MS, 1);
    add(one, "not_told_of", "a", NOW, 1);
    add(two, "heat_celsius", NULL, NOW - 60000, 9);
    add(two, "heat_celsius", "later", NOW, 9);
    add(two, "errors_total", "a", NOW - 60000, 7);
    assert_int_equal(snapshot_families(&snapshot, arena, &families), 2);

    assert_string_equal(families[0]->name, "errors_total");
    assert_string_equal(families[0]->help, "Errors.");
    assert_null(families[0]->unit);
    assert_true(families[0]->has_type);
    assert_int_equal(families[0]->type, IO__PROMETHEUS__CLIENT__METRIC_TYPE__COUNTER);
    assert_string_equal(show(families[0], arena), "{disk=a} counter 7\n");

    assert_string_equal(families[1]->name, "heat_celsius");
    assert_string_equal(families[1]->unit, "celsius");
    assert_int_equal(families[1]->type, IO__PROMETHEUS__CLIENT__METRIC_TYPE__GAUGE);
    assert_string_equal(show(families[1], arena),
                        "{disk=a} gauge 30\n{disk=b} gauge 31\n{} gauge 9\n");
    store_free(&one);
    store_free(&two);
}

static void test_nothing(void **state)
{
    SCRATCH_ARENA(arena);
    const struct snapshot snapshot = {.metrics = metrics};
    Io__Prometheus__Client__MetricFamily **families;

    (void)state;
    assert_int_equal(snapshot_families(&snapshot, arena, &families), 0);
    assert_null(families);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
