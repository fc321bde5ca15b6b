/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/wire.h"

typedef Io__Prometheus__Client__MetricFamily Family;
typedef Io__Prometheus__Client__Metric Metric;

static const struct metric gauge = {.name = "forewarn_gauge",
                                    .type = METRIC_GAUGE,
                                    .unit = "bytes",
                                    .help = "A gauge.",
                                    .labels = {"disk", "kind"}},
                           counter = {.name = "forewarn_counter_total",
                                      .type = METRIC_COUNTER,
                                      .unit = "",
                                      .help = "A counter."};

static int take(struct buf *in, Forewarn__Report **report, struct error *e)
{
    return wire_take(in, &forewarn__report__descriptor, (ProtobufCMessage **)report, e);
}

static void round_trip(void **state)
{
    (void)state;
    struct batch batch;
    struct buf wire = {0};
    Forewarn__Report *report;
    struct error e;
    batch_init(&batch);
    BATCH_SAMPLE(&batch, &gauge, 2.5, "sda", "");
    batch_sample(&batch, &counter, 7, NULL, 0);
    BATCH_SAMPLE(&batch, &gauge, -1, "sdb", "x");
    batch_finding(&batch, &(struct finding){.kind = "hung",
                                            .blind = true,
                                            .target = "sdc",
                                            .file = "/x",
                                            .offset = 9,
                                            .message = "text"});
    wire_put_batch(&wire, &batch);
    assert_int_equal(take(&wire, &report, &e), 1);
    assert_int_equal(wire.length, 0);

    assert_int_equal(report->n_family, 2);
    const Family *family = report->family[0];
    assert_string_equal(family->name, "forewarn_counter_total");
    assert_int_equal(family->type, IO__PROMETHEUS__CLIENT__METRIC_TYPE__COUNTER);
    assert_null(family->unit);
    assert_true(family->metric[0]->counter->value == 7);
    family = report->family[1];
    assert_string_equal(family->help, "A gauge.");
    assert_string_equal(family->unit, "bytes");
    assert_int_equal(family->n_metric, 2);
    const Metric *metric = family->metric[0];
    assert_int_equal(metric->n_label, 1); /* an empty value is no label */
    assert_string_equal(metric->label[0]->name, "disk");
    assert_string_equal(metric->label[0]->value, "sda");
    assert_true(metric->gauge->value == 2.5);
    assert_int_equal(family->metric[1]->n_label, 2);
    assert_string_equal(family->metric[1]->label[1]->value, "x");

    assert_int_equal(report->n_finding, 1);
    assert_string_equal(report->finding[0]->kind, "hung");
    assert_true(report->finding[0]->blind);
    assert_string_equal(report->finding[0]->target, "sdc");
    assert_int_equal(report->finding[0]->offset, 9);
    forewarn__report__free_unpacked(report, NULL);
    buf_free(&wire);
    batch_free(&batch);
}

/* However many samples, each message is small; nothing is lost and nothing comes twice. */
static void large_batches_are_split(void **state)
{
    (void)state;
    enum { SAMPLES = 3000 };
    struct batch batch;
    struct buf wire = {0};
    Forewarn__Report *report;
    struct error e;
    size_t messages = 0, findings = 0;
    static bool seen[SAMPLES];
    batch_init(&batch);
    for (int i = 0; i < SAMPLES; i++)
        BATCH_SAMPLE(&batch, &gauge, i, "sda", "kind");
    batch_finding(&batch, &(struct finding){.kind = "note", .offset = -1});
    wire_put_batch(&wire, &batch);
    while (take(&wire, &report, &e) == 1) {
        assert_int_equal(report->n_family, 1);
        assert_true(report->family[0]->n_metric <= 512);
        for (size_t i = 0; i < report->family[0]->n_metric; i++) {
            size_t n = (size_t)report->family[0]->metric[i]->gauge->value;
            assert_false(seen[n]);
            seen[n] = true;
        }
        messages++;
        findings += report->n_finding;
        forewarn__report__free_unpacked(report, NULL);
    }
    for (size_t i = 0; i < SAMPLES; i++)
        assert_true(seen[i]);
    assert_int_equal(messages, 6);
    assert_int_equal(findings, 1);
    buf_free(&wire);
    batch_free(&batch);
}

static void empty_batch(void **state)
{
    (void)state;
    struct batch batch;
    struct buf wire = {0};
    Forewarn__Report *report;
    batch_init(&batch);
    wire_put_batch(&wire, &batch);
    assert_int_equal(take(&wire, &report, NULL), 1);
    assert_int_equal(report->n_family + report->n_finding, 0);
    forewarn__report__free_unpacked(report, NULL);
    assert_int_equal(take(&wire, &report, NULL), 0);
    buf_free(&wire);
    batch_free(&batch);
}

static void put_begin(struct buf *out, const char *target)
{
    Forewarn__Report report = FOREWARN__REPORT__INIT;
    report.begin = (char *)(uintptr_t)target;
    wire_put(out, &report.base);
}

/* A stream of three messages, the second longer than one byte of length says, cut at every byte. */
static void split_at_every_byte(void **state)
{
    (void)state;
    struct buf whole = {0};
    char target[301];
    memset(target, 'x', 300);
    target[300] = '\0';
    put_begin(&whole, "sda");
    put_begin(&whole, target);
    put_begin(&whole, "");
    for (size_t cut = 0; cut <= whole.length; cut++) {
        struct buf in = {0};
        Forewarn__Report *report;
        size_t taken = 0;
        buf_add(&in, whole.data, cut);
        for (int half = 0; half < 2; half++) {
            while (take(&in, &report, NULL) == 1) {
                static const size_t lengths[] = {3, 300, 0};
                assert_int_equal(strlen(report->begin), lengths[taken++]);
                forewarn__report__free_unpacked(report, NULL);
            }
            if (half == 0)
                buf_add(&in, whole.data + cut, whole.length - cut);
        }
        assert_int_equal(taken, 3);
        assert_int_equal(in.length, 0);
        buf_free(&in);
    }
    buf_free(&whole);
}

static void broken_streams(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        int code;
        const char *text;
    } cases[] = {
        {"", 0, 0, ""},
        {"\x80", 1, 0, ""},
        {"\x80\x80\x80", 3, 0, ""},
        {"\x05\x0a\x03sd", 5, 0, ""},
        {"\x03\x0a\xff\x01", 4, -EBADMSG, "wire: 3 bytes are no forewarn.Report"},
        {"\x01\x07", 2, -EBADMSG, "wire: 1 bytes are no forewarn.Report"},
        {"\x80\x80\x80\x80", 4, -EMSGSIZE, "wire: message longer than 8388608 bytes"},
        {"\xff\xff\xff\x7f", 4, -EMSGSIZE, "wire: message longer than 8388608 bytes"},
        {"\x81\x80\x80\x04", 4, -EMSGSIZE, "wire: message longer than 8388608 bytes"},
        {"\x80\x80\x80\x04", 4, 0, ""}, /* as long as may be */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf in = {0};
        Forewarn__Report *report;
        struct error e = {0};
        buf_add(&in, cases[i].bytes, cases[i].length);
        assert_int_equal(take(&in, &report, &e), cases[i].code);
        assert_string_equal(e.text, cases[i].text);
        buf_free(&in);
    }
}

/* A megabyte of empty families, two bytes each, would take fifty to unpack. */
static void does_not_swell(void **state)
{
    (void)state;
    enum { FAMILIES = 512 * 1024 };
    static const char prefix[] = {(char)0x80, (char)0x80, 0x40}, family[] = {0x12, 0};
    struct buf in = {0};
    Forewarn__Report *report;
    struct error e = {0};
    buf_add(&in, prefix, sizeof prefix);
    for (int i = 0; i < FAMILIES; i++)
        buf_add(&in, family, sizeof family);
    assert_int_equal(take(&in, &report, &e), -EMSGSIZE);
    assert_string_equal(e.text, "wire: a forewarn.Report of 1048576 bytes is far larger unpacked");
    buf_free(&in);
}

/* The smallest samples and findings there can be still are messages that are taken. */
static void takes_the_smallest(void **state)
{
    (void)state;
    static const struct metric small = {.name = "m", .help = "", .labels = {"a", "b", "c"}};
    struct batch batch;
    struct buf wire = {0};
    Forewarn__Report *report;
    batch_init(&batch);
    for (int i = 0; i < 500; i++) {
        BATCH_SAMPLE(&batch, &small, 0, i % 2 ? "x" : "", "", "y");
        batch_finding(&batch, &(struct finding){.kind = ""});
    }
    wire_put_batch(&wire, &batch);
    assert_int_equal(take(&wire, &report, NULL), 1);
    assert_int_equal(report->family[0]->n_metric, 500);
    assert_int_equal(report->n_finding, 500);
    forewarn__report__free_unpacked(report, NULL);
    buf_free(&wire);
    batch_free(&batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),         cmocka_unit_test(large_batches_are_split),
        cmocka_unit_test(empty_batch),        cmocka_unit_test(split_at_every_byte),
        cmocka_unit_test(broken_streams),     cmocka_unit_test(does_not_swell),
        cmocka_unit_test(takes_the_smallest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
