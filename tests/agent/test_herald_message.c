/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/herald_message.h"

static struct alert make_alert(struct arena *arena)
{
    const struct label labels[] = {{"alertname", "DiskFailing"}, {"disk", "a"}};
    const struct label annotations[] = {{"summary", "it fails"}};
    return (struct alert){.name = "DiskFailing",
                          .severity = SEVERITY_CRITICAL,
                          .state = ALERT_FIRING,
                          .value = 2.5,
                          .active_at_ms = 1000,
                          .labels = labels_new(arena, labels, 2),
                          .annotations = labels_new(arena, annotations, 1)};
}

static void check_alert(const Forewarn__Alert *alert, int64_t starts_at_ms, int64_t ends_at_ms)
{
    assert_string_equal(alert->name, "DiskFailing");
    assert_string_equal(alert->severity, "critical");
    assert_true(alert->has_value && alert->value == 2.5);
    assert_true(alert->has_starts_at_ms);
    assert_int_equal(alert->starts_at_ms, starts_at_ms);
    assert_int_equal(alert->has_ends_at_ms, ends_at_ms != 0);
    assert_int_equal(alert->ends_at_ms, ends_at_ms);
    assert_int_equal(alert->n_label, 2);
    assert_string_equal(alert->label[0]->name, "alertname");
    assert_string_equal(alert->label[1]->name, "disk");
    assert_string_equal(alert->label[1]->value, "a");
    assert_int_equal(alert->n_annotation, 1);
    assert_string_equal(alert->annotation[0]->value, "it fails");
}

static void test_event(void **state)
{
    static const struct {
        enum notify_kind kind;
        int64_t ends_at_ms;
        Forewarn__EventKind expected;
    } cases[] = {
        {NOTIFY_RAISED, 0, FOREWARN__EVENT_KIND__RAISED},
        {NOTIFY_CHANGED, 0, FOREWARN__EVENT_KIND__CHANGED},
        {NOTIFY_REPEATED, 0, FOREWARN__EVENT_KIND__REPEATED},
        {NOTIFY_RESOLVED, 3000, FOREWARN__EVENT_KIND__RESOLVED},
    };
    SCRATCH_ARENA(arena);
    struct alert alert = make_alert(arena);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct notify_event event = {.id = "id-1",
                                           .kind = cases[i].kind,
                                           .sequence = 7,
                                           .at_ms = 3000,
                                           .starts_at_ms = 2000,
                                           .ends_at_ms = cases[i].ends_at_ms,
                                           .alert = &alert};
        const Forewarn__Event *message = message_event(&event, "mail7", arena);
        assert_string_equal(message->id, "id-1");
        assert_true(message->has_kind && message->kind == cases[i].expected);
        assert_true(message->has_sequence && message->sequence == 7);
        assert_true(message->has_at_ms && message->at_ms == 3000);
        assert_string_equal(message->host, "mail7");
        check_alert(message->alert, 2000, cases[i].ends_at_ms);
    }
}

static void test_plain(void **state)
{
    SCRATCH_ARENA(arena);
    const Forewarn__Event *one =
        message_plain(FOREWARN__EVENT_KIND__HEARTBEAT, 8, 4096, "mail7", arena);
    const Forewarn__Event *next =
        message_plain(FOREWARN__EVENT_KIND__TEST, 9, 4096, "mail7", arena);

    (void)state;
    assert_null(one->alert);
    assert_true(one->has_kind && one->kind == FOREWARN__EVENT_KIND__HEARTBEAT);
    assert_int_equal(next->kind, FOREWARN__EVENT_KIND__TEST);
    assert_int_equal(one->at_ms, 4096);
    assert_int_equal(one->sequence, 8);
    assert_string_not_equal(one->id, next->id);
}

static void test_snapshot(void **state)
{
    static const struct metric heat = {
        .name = "heat_celsius", .type = METRIC_GAUGE, .unit = "celsius", .help = "Heat."};
    SCRATCH_ARENA(arena);
    const struct metric *const metrics[] = {&heat, NULL};
    const struct label name = {LABEL_NAME, "heat_celsius"};
    const struct alert alert = make_alert(arena);
    struct store *store = store_new();
    struct notify *notify = notify_new();
    const struct snapshot_source source = {store, 5000};
    const struct snapshot snapshot = {
        .sources = &source,
        .source_count = 1,
        .metrics = metrics,
        .tick_ms = 6000,
        .look = {.host = "mail7", .alerts = &alert, .alert_count = 1},
    };

    (void)state;
    assert_int_equal(store_append(store, labels_new(arena, &name, 1), 5000, 31, NULL), 0);
    const Forewarn__Snapshot *message = message_snapshot(&snapshot, notify, arena);
    assert_true(message->has_at_ms && message->at_ms == 6000);
    assert_string_equal(message->host, "mail7");
    assert_int_equal(message->n_family, 1);
    assert_true(message->family[0]->metric[0]->gauge->value == 31);
    assert_int_equal(message->n_alert, 1);
    check_alert(message->alert[0], 1000, 0);
    assert_null(message->alert[0]->held);

    /* It goes through the wire whole. */
    size_t length = forewarn__snapshot__get_packed_size(message);
    uint8_t *bytes = arena_alloc(arena, length);
    assert_int_equal(forewarn__snapshot__pack(message, bytes), length);
    Forewarn__Snapshot *back = forewarn__snapshot__unpack(NULL, length, bytes);
    assert_non_null(back);
    assert_string_equal(back->family[0]->unit, "celsius");
    check_alert(back->alert[0], 1000, 0);
    forewarn__snapshot__free_unpacked(back, NULL);
    notify_free(&notify);
    store_free(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_event),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_snapshot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
