/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exporters/webhook_message.h"
#include "tests/exporters/event_fixture.h"

static struct webhook_settings *settings_of(const char *text)
{
    json_error_t where;
    struct error e = {0};
    json_t *json = json_loads(text, 0, &where);
    assert_non_null(json);
    struct webhook_settings *settings = webhook_settings_read(json, &e);
    json_decref(json);
    return settings;
}

/* The values of prometheus/common, model/signature_test.go. */
static void fingerprints(void **state)
{
    SCRATCH_ARENA(arena);
    const struct label labels[] = {{"name", "garland, briggs"}, {"fear", "love is not enough"}};

    (void)state;
    assert_string_equal(webhook_fingerprint(labels_new(arena, labels, 2), arena),
                        "507a62d79ee76c9a");
    assert_string_equal(webhook_fingerprint(&labels_empty, arena), "cbf29ce484222325");
}

static void one_alert(void **state)
{
    SCRATCH_ARENA(arena);
    struct webhook_settings *settings =
        settings_of("{\"url\": \"http://x\", \"external_url\": \"http://mail7:9733/\"}");
    const Forewarn__Event *event =
        event_fixture(arena, "e1", FOREWARN__EVENT_KIND__RESOLVED, "alertname", "DiskTooHot",
                      "severity", "warning", "disk", "a\"b", "summary", "sda is hot", NULL);
    struct buf out = {0};

    (void)state;
    webhook_json(settings, "chat", &event, 1, &out);
    assert_string_equal(
        out.data,
        "{\"version\":\"4\","
        "\"groupKey\":\"{}:{alertname=\\\"DiskTooHot\\\", disk=\\\"a\\\\\\\"b\\\", "
        "instance=\\\"mail7\\\"}\","
        "\"truncatedAlerts\":0,\"status\":\"resolved\",\"receiver\":\"chat\","
        "\"groupLabels\":{\"alertname\":\"DiskTooHot\",\"disk\":\"a\\\"b\",\"instance\":\"mail7\"},"
        "\"commonLabels\":{\"alertname\":\"DiskTooHot\",\"disk\":\"a\\\"b\","
        "\"instance\":\"mail7\",\"severity\":\"warning\"},"
        "\"commonAnnotations\":{\"forewarn_event\":\"e1\",\"summary\":\"sda is hot\"},"
        "\"externalURL\":\"http://mail7:9733/\","
        "\"alerts\":[{\"status\":\"resolved\",\"labels\":{\"alertname\":\"DiskTooHot\","
        "\"disk\":\"a\\\"b\",\"instance\":\"mail7\",\"severity\":\"warning\"},"
        "\"annotations\":{\"forewarn_event\":\"e1\",\"summary\":\"sda is hot\"},"
        "\"startsAt\":\"2026-03-01T12:00:00.000Z\",\"endsAt\":\"2026-03-01T12:30:00.000Z\","
        "\"generatorURL\":\"http://mail7:9733/\",\"fingerprint\":\"0d96545d7615bf0f\"}]}");
    buf_free(&out);
    webhook_settings_free(settings);
}

static size_t batch(const char *settings_text, const Forewarn__Event *const *events, size_t count)
{
    struct webhook_settings *settings = settings_of(settings_text);
    size_t n = webhook_batch(settings, events, count);
    webhook_settings_free(settings);
    return n;
}

static const Forewarn__Event *make(struct arena *arena, const char *alert, const char *severity,
                                   const char *disk)
{
    return event_fixture(arena, "e", FOREWARN__EVENT_KIND__RAISED, "alertname", alert, "severity",
                         severity, "disk", disk, NULL);
}

static void batches(void **state)
{
    SCRATCH_ARENA(arena);
    const Forewarn__Event *events[100] = {
        make(arena, "A", "info", "1"),
        make(arena, "A", "critical", "2"),
        make(arena, "A", "critical", "1"), /* another severity of the first */
        make(arena, "B", "info", "1"),
    };

    (void)state;
    assert_int_equal(batch("{\"url\": \"u\"}", events, 4), 1);
    assert_int_equal(batch("{\"url\": \"u\", \"group_by\": [\"...\"]}", events, 4), 1);
    assert_int_equal(batch("{\"url\": \"u\", \"group_by\": [\"alertname\"]}", events, 4), 2);
    assert_int_equal(batch("{\"url\": \"u\", \"group_by\": [\"instance\"]}", events, 4), 2);
    assert_int_equal(batch("{\"url\": \"u\", \"group_by\": [\"instance\"]}", events + 1, 3), 3);
    assert_int_equal(batch("{\"url\": \"u\", \"group_by\": [\"severity\"]}", events, 4), 1);
    for (size_t i = 0; i < 100; i++)
        events[i] = make(arena, "A", "info", arena_printf(arena, "%zu", i));
    assert_int_equal(batch("{\"url\": \"u\", \"group_by\": [\"alertname\"]}", events, 100),
                     WEBHOOK_MAX_ALERTS);
}

static void what_has_no_alert(void **state)
{
    SCRATCH_ARENA(arena);
    struct webhook_settings *settings = settings_of("{\"url\": \"http://x\"}");
    const Forewarn__Event *events[] = {
        event_fixture(arena, "h", FOREWARN__EVENT_KIND__HEARTBEAT, NULL),
        event_fixture(arena, "t", FOREWARN__EVENT_KIND__TEST, NULL),
    };
    struct buf out = {0};

    (void)state;
    webhook_json(settings, "chat", &events[0], 1, &out);
    assert_non_null(strstr(out.data, "\"alertname\":\"Watchdog\""));
    assert_non_null(strstr(out.data, "\"severity\":\"none\""));
    assert_non_null(strstr(out.data, "\"endsAt\":\"0001-01-01T00:00:00Z\""));
    buf_free(&out);
    webhook_json(settings, "chat", &events[1], 1, &out);
    assert_non_null(strstr(out.data, "\"alertname\":\"ForewarnTest\""));
    assert_non_null(strstr(out.data, "\"status\":\"firing\""));
    buf_free(&out);
    webhook_settings_free(settings);
}

static void outcomes(void **state)
{
    static const struct {
        long status;
        enum outcome outcome;
    } cases[] = {
        {200, OUTCOME_DELIVERED}, {204, OUTCOME_DELIVERED}, {100, OUTCOME_FAILED},
        {301, OUTCOME_FAILED},    {400, OUTCOME_REFUSED},   {401, OUTCOME_REFUSED},
        {404, OUTCOME_REFUSED},   {408, OUTCOME_FAILED},    {429, OUTCOME_FAILED},
        {500, OUTCOME_FAILED},    {503, OUTCOME_FAILED},    {0, OUTCOME_FAILED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(webhook_outcome(cases[i].status), cases[i].outcome);
}

static void wrong_settings(void **state)
{
    (void)state;
    assert_null(settings_of("{}"));
    assert_null(settings_of("{\"url\": \"http://x\", \"group_by\": [1]}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fingerprints), cmocka_unit_test(one_alert),
        cmocka_unit_test(batches),      cmocka_unit_test(what_has_no_alert),
        cmocka_unit_test(outcomes),     cmocka_unit_test(wrong_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
