/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/intake.h"
#include "core/instant.h"
#include "core/wire.h"

enum { AT = 1000 };

static const struct metric size = {
    .name = "forewarn_size", .type = METRIC_GAUGE, .help = "Size.", .labels = {"disk", "part"}};
static const struct metric errors = {
    .name = "forewarn_errors_total", .type = METRIC_COUNTER, .help = "E.", .labels = {"disk"}};
static const struct metric foreign = {
    .name = "forewarn_foreign", .type = METRIC_GAUGE, .help = "F.", .labels = {"disk"}};
static const struct metric wider = {
    .name = "forewarn_errors_total", .type = METRIC_COUNTER, .help = "E.", .labels = {"host"}};
static const struct metric *const metrics[] = {&size, &errors, NULL};
static const struct probe probe = {.name = "smart", .metrics = metrics};

struct fixture {
    struct arena *arena;
    struct store *store;
    struct intake intake;
    struct intake_source source;
    struct batch batch;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->arena = arena_new();
    f->store = store_new();
    intake_init(&f->intake, f->arena, f->store, AT, false);
    f->source.probe = &probe;
    batch_init(&f->batch);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    batch_free(&f->batch);
    intake_free(&f->intake);
    store_free(&f->store);
    arena_free(&f->arena);
    free(f);
    return 0;
}

/* Sends the batch the way a worker does. */
static int report(struct fixture *f, struct error *e)
{
    struct buf wire = {0};
    ProtobufCMessage *message;

    wire_put_batch(&wire, &f->batch);
    batch_reset(&f->batch);
    assert_int_equal(wire_take(&wire, &forewarn__report__descriptor, &message, e), 1);
    buf_free(&wire);
    return intake_report(&f->intake, &f->source, (Forewarn__Report *)message, e);
}

static void check_findings(struct fixture *f, const char *expected)
{
    struct buf text = {0};
    buf_puts(&text, "");
    for (size_t i = 0; i < f->intake.finding_count; i++)
        buf_printf(&text, "%s %s %s\n", f->intake.findings[i].probe, f->intake.findings[i].kind,
                   f->intake.findings[i].message);
    assert_string_equal(text.data ? text.data : "", expected);
    buf_free(&text);
}

static void test_samples(void **state)
{
    struct fixture *f = *state;
    struct error e = {0};
    const struct instant *found;

    BATCH_SAMPLE(&f->batch, &size, 17, "a", "");
    BATCH_SAMPLE(&f->batch, &errors, 3, "a");
    BATCH_SAMPLE(&f->batch, &size, 18, "b", "1");
    assert_int_equal(report(f, &e), 0);
    assert_int_equal(instant_select(f->store, "forewarn_size", AT, f->arena, &found), 2);
    assert_true(found[0].value == 17 && found[1].value == 18);
    assert_string_equal(labels_get(found[1].labels, "part"), "1");
    assert_int_equal(instant_select(f->store, "forewarn_errors_total", AT, f->arena, &found), 1);
    check_findings(f, "");
}

/* A probe speaks for itself only. */
static void test_foreign_samples(void **state)
{
    struct fixture *f = *state;
    struct error e = {0};
    char value[INTAKE_MAX_VALUE + 2];

    memset(value, 'x', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    BATCH_SAMPLE(&f->batch, &foreign, 1, "a");
    BATCH_SAMPLE(&f->batch, &wider, 1, "a");
    BATCH_SAMPLE(&f->batch, &size, 1, value, "");
    assert_int_equal(report(f, &e), 0);
    assert_int_equal(store_series_count(f->store), 0);
    check_findings(f, "smart malformed forewarn_errors_total has a sample with labels that it does "
                      "not declare or that are too long\n"
                      "smart malformed forewarn_foreign is no metric of this probe\n"
                      "smart malformed forewarn_size has a sample with labels that it does not "
                      "declare or that are too long\n");
}

static void test_twice(void **state)
{
    struct fixture *f = *state;
    struct error e = {0};

    BATCH_SAMPLE(&f->batch, &errors, 1, "a");
    BATCH_SAMPLE(&f->batch, &errors, 1, "a"); /* the same: nothing to say */
    assert_int_equal(report(f, &e), 0);
    check_findings(f, "");
    BATCH_SAMPLE(&f->batch, &errors, 2, "a");
    assert_int_equal(report(f, &e), 0);
    check_findings(f,
                   "smart malformed forewarn_errors_total was reported twice for the same labels "
                   "with different values\n");
}

/* A second worker's values may have moved on; the first ones count. */
static void test_again(void **state)
{
    struct fixture *f = *state;
    struct error e = {0};
    const struct instant *found;

    BATCH_SAMPLE(&f->batch, &errors, 1, "a");
    assert_int_equal(report(f, &e), 0);
    f->source.again = true;
    BATCH_SAMPLE(&f->batch, &errors, 2, "a");
    assert_int_equal(report(f, &e), 0);
    check_findings(f, "");
    assert_int_equal(instant_select(f->store, "forewarn_errors_total", AT, f->arena, &found), 1);
    assert_true(found[0].value == 1);
}

static void test_findings(void **state)
{
    struct fixture *f = *state;
    struct error e = {0};
    char text[INTAKE_MAX_TEXT + 10];

    memset(text, 'x', sizeof text);
    memcpy(text + INTAKE_MAX_TEXT - 1, "\xc3\xa4", 3); /* must not be cut in two */
    batch_finding(&f->batch, &(struct finding){.kind = "note", .probe = "md", .message = "one"});
    batch_finding(&f->batch, &(struct finding){.kind = "note", .message = "one"}); /* again */
    batch_finding(&f->batch, &(struct finding){.kind = "note", .message = text});
    assert_int_equal(report(f, &e), 0);
    assert_int_equal(f->intake.finding_count, 2);
    assert_string_equal(f->intake.findings[0].probe, "smart");
    assert_int_equal(strlen(f->intake.findings[1].message), INTAKE_MAX_TEXT - 1);
}

static void test_flood(void **state)
{
    struct fixture *f = *state;
    struct error e = {0};
    char text[32];

    for (int i = 0; i <= INTAKE_MAX_FINDINGS; i++) {
        snprintf(text, sizeof text, "%d", i);
        batch_finding(&f->batch, &(struct finding){.kind = "note", .message = text});
    }
    assert_int_equal(report(f, &e), -EDQUOT);
    assert_string_equal(e.text, "more than 20000 findings");
    assert_int_equal(f->intake.finding_count, INTAKE_MAX_FINDINGS);
    f->source.samples = INTAKE_MAX_SAMPLES;
    f->source.findings = 0;
    BATCH_SAMPLE(&f->batch, &errors, 1, "a");
    assert_int_equal(report(f, &e), -EDQUOT);
    assert_string_equal(e.text, "more than 300000 samples");
}

/* Reports that another program has made: every field can be missing. */
static void test_bare_report(void **state)
{
    struct fixture *f = *state;
    struct error e = {0};
    Io__Prometheus__Client__LabelPair pair = IO__PROMETHEUS__CLIENT__LABEL_PAIR__INIT;
    Io__Prometheus__Client__LabelPair *pairs[] = {&pair};
    Io__Prometheus__Client__Counter counter = IO__PROMETHEUS__CLIENT__COUNTER__INIT;
    Io__Prometheus__Client__Metric none = IO__PROMETHEUS__CLIENT__METRIC__INIT,
                                   empty = IO__PROMETHEUS__CLIENT__METRIC__INIT,
                                   odd = IO__PROMETHEUS__CLIENT__METRIC__INIT;
    Io__Prometheus__Client__Metric *odd_metrics[] = {&none, &empty, &odd};
    Io__Prometheus__Client__MetricFamily nameless = IO__PROMETHEUS__CLIENT__METRIC_FAMILY__INIT,
                                         named = IO__PROMETHEUS__CLIENT__METRIC_FAMILY__INIT;
    Io__Prometheus__Client__MetricFamily *families[] = {&nameless, &named};
    Forewarn__Finding finding = FOREWARN__FINDING__INIT;
    Forewarn__Finding *findings[] = {&finding};
    Forewarn__Report bare = FOREWARN__REPORT__INIT;
    struct buf wire = {0};
    ProtobufCMessage *message;

    empty.counter = &counter;
    odd.counter = &counter;
    counter.has_value = 0;
    odd.label = pairs;
    odd.n_label = 1;
    named.name = (char *)(uintptr_t)errors.name;
    named.metric = odd_metrics;
    named.n_metric = 3;
    bare.family = families;
    bare.n_family = 2;
    bare.finding = findings;
    bare.n_finding = 1;
    wire_put(&wire, &bare.base);
    assert_int_equal(wire_take(&wire, &forewarn__report__descriptor, &message, &e), 1);
    buf_free(&wire);
    assert_int_equal(intake_report(&f->intake, &f->source, (Forewarn__Report *)message, &e), 0);
    check_findings(f, "smart note \n"
                      "smart malformed  is no metric of this probe\n"
                      "smart malformed forewarn_errors_total has a sample without a value\n");
    assert_true(f->intake.findings[0].blind);
    assert_int_equal(f->intake.findings[0].offset, -1);
}

static void test_keep(void **state)
{
    struct fixture *f = *state;
    struct error e = {0};

    f->intake.keep = true;
    BATCH_SAMPLE(&f->batch, &errors, 1, "a");
    assert_int_equal(report(f, &e), 0);
    assert_int_equal(f->intake.report_count, 1);
    assert_string_equal(f->intake.reports[0]->family[0]->help, "E.");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_samples),  TEST(test_foreign_samples), TEST(test_twice),       TEST(test_again),
        TEST(test_findings), TEST(test_flood),           TEST(test_bare_report), TEST(test_keep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
