/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "agent/report_json.h"
#include "core/batch.h"
#include "core/wire.h"
#include "tests/exporters/fixture.h"

static json_t *parse(struct buf *text)
{
    json_error_t error;
    json_t *json = json_loadb(text->data, text->length, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        fail_msg("line %d: %s\n%s", error.line, error.text, text->data);
    buf_free(text);
    return json;
}

static void test_keys(void **state)
{
    static const char *const keys[] = {"schema", "host",     "time",       "verdict",
                                       "alerts", "findings", "not_judged", "probes"};
    SCRATCH_ARENA(arena);
    struct buf out = {0};
    (void)state;
    report_json(fixture_look(arena), &out);
    json_t *json = parse(&out);
    size_t i = 0;
    const char *key;
    json_t *value;
    json_object_foreach(json, key, value)
    {
        assert_true(i < sizeof keys / sizeof keys[0]);
        assert_string_equal(key, keys[i++]);
    }
    assert_int_equal(i, sizeof keys / sizeof keys[0]);
    json_decref(json);
}

static void test_values(void **state)
{
    SCRATCH_ARENA(arena);
    struct buf out = {0};
    int schema;
    const char *host, *verdict, *name, *severity, *alert_state, *array, *action, *kind, *why,
        *probe;
    double time, value;
    int blind, up, offset;
    double seconds;
    (void)state;
    report_json(fixture_look(arena), &out);
    json_t *json = parse(&out);
    assert_int_equal(
        json_unpack(json,
                    "{s:i, s:s, s:F, s:s, s:[{s:s, s:s, s:s, s:F, s:n, s:{s:s}, s:{s:s}} *], "
                    "s:[{s:s, s:b} *], s:[{s:s}], s:[{s:s, s:b, s:F} *]}",
                    "schema", &schema, "host", &host, "time", &time, "verdict", &verdict, "alerts",
                    "name", &name, "severity", &severity, "state", &alert_state, "value", &value,
                    "since", "labels", "array", &array, "annotations", "action", &action,
                    "findings", "kind", &kind, "blind", &blind, "not_judged", "why", &why, "probes",
                    "name", &probe, "up", &up, "seconds", &seconds),
        0);
    assert_int_equal(schema, 1);
    assert_string_equal(host, "mail7");
    assert_true(time == 1772366400);
    assert_string_equal(verdict, "critical");
    assert_string_equal(name, "MdNoRedundancyAndSuspect");
    assert_string_equal(severity, "critical");
    assert_string_equal(alert_state, "firing");
    assert_true(value == 24);
    assert_string_equal(array, "md2");
    assert_string_equal(action, "copy what is not in the backup, start no check, pull nothing.");
    assert_string_equal(kind, "hung");
    assert_true(blind);
    assert_string_equal(why, "looks back 1h");
    assert_string_equal(probe, "md");
    assert_true(up);
    assert_true(seconds == 0.004);
    assert_int_equal(
        json_unpack(json, "{s:[{s:n}, {s:i}]}", "findings", "offset", "offset", &offset), 0);
    assert_int_equal(offset, 3);
    json_decref(json);
}

/* Numbers that JSON does not have, and bytes that it does not take. */
static void test_odd_values(void **state)
{
    static const struct {
        double value;
        const char *text;
    } table[] = {{NAN, "\"value\":\"NaN\""},
                 {INFINITY, "\"value\":\"+Inf\""},
                 {-INFINITY, "\"value\":\"-Inf\""},
                 {0.1, "\"value\":0.1,"},
                 {3, "\"value\":3,"},
                 {1e300, "\"value\":1e300,"},
                 {4000787030016, "\"value\":4000787030016,"},
                 /* raw values of attributes have up to 48 and, of a few, 64 bits */
                 {13997186748561226, "\"value\":13997186748561226,"},
                 {-0x1p62, "\"value\":-4611686018427387904,"},
                 {0x1p64, "\"value\":1.84467440737096e19,"}};
    SCRATCH_ARENA(arena);
    struct look look = *fixture_look(arena);
    struct alert alert = look.alerts[0];
    (void)state;
    look.alerts = &alert;
    look.alert_count = 1;
    alert.annotations = fixture_labels(arena, "summary", "a\xff\"\n\x01", "k\xfe", "v", NULL);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct buf out = {0};
        alert.value = table[i].value;
        report_json(&look, &out);
        if (!strstr(out.data, table[i].text))
            fail_msg("no %s in\n%s", table[i].text, out.data);
        json_t *json = parse(&out);
        const char *summary;
        assert_int_equal(
            json_unpack(json, "{s:[{s:{s:s}}]}", "alerts", "annotations", "summary", &summary), 0);
        assert_string_equal(summary, "a\xef\xbf\xbd\"\n\x01");
        json_decref(json);
    }
}

static void test_empty(void **state)
{
    struct look look = {.host = "", .at_ms = 1};
    struct buf out = {0};
    (void)state;
    report_json(&look, &out);
    json_decref(parse(&out));
}

static const struct metric test_metric = {.name = "forewarn_test",
                                          .type = METRIC_GAUGE,
                                          .unit = "",
                                          .help = "x",
                                          .source = "x",
                                          .labels = {"disk", "op"}};

/* A batch as a worker sends it. */
static Forewarn__Report *report(void)
{
    struct batch batch;
    struct buf wire = {0};
    ProtobufCMessage *message;
    batch_init(&batch);
    BATCH_SAMPLE(&batch, &test_metric, 1.5, "d1", "read");
    BATCH_SAMPLE(&batch, &test_metric, NAN, "d2", "");
    wire_put_batch(&wire, &batch);
    batch_free(&batch);
    assert_int_equal(wire_take(&wire, &forewarn__report__descriptor, &message, NULL), 1);
    buf_free(&wire);
    return (Forewarn__Report *)message;
}

static void test_probe(void **state)
{
    SCRATCH_ARENA(arena);
    struct look look = *fixture_look(arena);
    struct buf out = {0};
    Forewarn__Report *message = report();
    const char *probe, *name, *disk, *op, *nan, *kind;
    double value;
    int up;
    (void)state;
    report_json_probe(&look, (const Io__Prometheus__Client__MetricFamily *const *)message->family,
                      message->n_family, &out);
    protobuf_c_message_free_unpacked(&message->base, NULL);
    json_t *json = parse(&out);
    assert_int_equal(json_unpack(json,
                                 "{s:i, s:s, s:b, s:F, "
                                 "s:[{s:s, s:{s:s, s:s}, s:F}, {s:{s:s !}, s:s}], s:[{s:s} *]}",
                                 "schema", &up, "probe", &probe, "up", &up, "seconds", &value,
                                 "samples", "name", &name, "labels", "disk", &disk, "op", &op,
                                 "value", &value, "labels", "disk", &disk, "value", &nan,
                                 "findings", "kind", &kind),
                     0);
    assert_string_equal(probe, "md");
    assert_string_equal(name, "forewarn_test");
    assert_string_equal(op, "read");
    assert_string_equal(disk, "d2");
    assert_string_equal(nan, "NaN");
    assert_true(value == 1.5);
    assert_string_equal(kind, "hung");
    json_decref(json);
}

/* An agent's look has more keys. */
static void test_watched(void **state)
{
    SCRATCH_ARENA(arena);
    struct look look = *fixture_look(arena);
    struct held_alert held = {&look.alerts[0], "silenced", "root", "why not", FIXTURE_AT_MS};
    struct buf out = {0};
    const char *name, *held_name, *why, *by, *comment;
    int until;
    (void)state;
    look.watched = true;
    look.pending = &look.alerts[1];
    look.held = &held;
    look.pending_count = look.held_count = 1;
    report_json(&look, &out);
    json_t *json = parse(&out);
    assert_int_equal(json_unpack(json, "{s:[{s:s}], s:[{s:s, s:{s:s, s:s, s:s, s:i}}]}", "pending",
                                 "name", &name, "held", "name", &held_name, "held", "why", &why,
                                 "by", &by, "comment", &comment, "until", &until),
                     0);
    assert_string_equal(name, "MdMismatches");
    assert_string_equal(held_name, "MdNoRedundancyAndSuspect");
    assert_string_equal(why, "silenced");
    assert_string_equal(by, "root");
    assert_string_equal(comment, "why not");
    assert_int_equal(until, FIXTURE_AT_MS / 1000);
    json_decref(json);
    held.until_ms = 0;
    report_json(&look, &out);
    json = parse(&out);
    json_t *first = json_array_get(json_object_get(json, "held"), 0);
    assert_true(json_is_null(json_object_get(json_object_get(first, "held"), "until")));
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),   cmocka_unit_test(test_watched),
        cmocka_unit_test(test_values), cmocka_unit_test(test_odd_values),
        cmocka_unit_test(test_empty),  cmocka_unit_test(test_probe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
