/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/alert_memory.h"
#include "rules/rule_run.h"

enum { MINUTE = 60000 };

static const char text[] = "groups:\n"
                           "- name: g\n"
                           "  rules:\n"
                           "  - {alert: A, expr: in > 1, for: 10m, labels: {severity: info}}\n"
                           "  - {alert: A, expr: in > 2, labels: {severity: critical},\n"
                           "     annotations: {summary: 'it is {{ $value }}'}}\n"
                           "  - {alert: B, expr: in > 0, keep_firing_for: 5m}\n";

static void report(const char *error, void *arg)
{
    (void)arg;
    fail_msg("%s", error);
}

struct fixture {
    struct store *store;
    struct rule_set *rules;
    struct rule_run *run;
};

static void open_fixture(struct fixture *f)
{
    const struct rule_source source = {"r.yml", text, strlen(text)};
    const struct rule_run_options options = {0};
    f->store = store_new();
    rule_set_load(&source, 1, report, NULL, &f->rules);
    f->run = rule_run_new(f->rules, f->store, &options);
}

static void close_fixture(struct fixture *f)
{
    rule_run_free(&f->run);
    rule_set_free(&f->rules);
    store_free(&f->store);
}

static void evaluate(struct fixture *f, int minute, double value)
{
    SCRATCH_ARENA(arena);
    const struct label labels[] = {{LABEL_NAME, "in"}, {"disk", "\"a\"\n\xc3\xa9"}};
    store_append(f->store, labels_new(arena, labels, 2), minute * MINUTE, value, NULL);
    rule_run_due(f->run, minute * MINUTE, MINUTE);
}

static const struct active_alert *only(struct fixture *f, const char *name, size_t nth)
{
    const struct alert_list *alerts = &rule_run_find(f->run, "r.yml", "g", name, true, nth)->alerts;
    assert_int_equal(alerts->count, 1);
    return alerts->at;
}

static void what_is_saved_comes_back(void **state)
{
    struct fixture before, after;
    struct buf bytes = {0};
    struct error e = {0};
    size_t count;

    (void)state;
    open_fixture(&before);
    open_fixture(&after);
    evaluate(&before, 1, INFINITY);
    evaluate(&before, 2, INFINITY);
    evaluate(&before, 3, 2); /* the second is resolved */
    evaluate(&before, 4, 2);
    alert_memory_save(before.run, before.rules, 4 * MINUTE, &bytes);
    /* One minute later: as if nothing had happened. */
    assert_int_equal(
        alert_memory_load(after.run, bytes.data, bytes.length, 5 * MINUTE, MINUTE, &count, &e), 0);
    assert_int_equal(count, 3);
    assert_int_equal(only(&after, "A", 0)->clock.state, ALERT_PENDING);
    assert_int_equal(only(&after, "A", 0)->clock.active_at_ms, 1 * MINUTE);
    assert_string_equal(labels_get(only(&after, "A", 0)->labels, "disk"), "\"a\"\n\xc3\xa9");
    assert_int_equal(only(&after, "A", 1)->clock.state, ALERT_RESOLVED);
    assert_int_equal(only(&after, "A", 1)->clock.resolved_at_ms, 3 * MINUTE);
    assert_true(isinf(only(&after, "A", 1)->value));
    assert_string_equal(labels_get(only(&after, "A", 1)->annotations, "summary"), "it is +Inf");
    assert_int_equal(only(&after, "B", 0)->clock.state, ALERT_FIRING);
    assert_int_equal(only(&after, "B", 0)->clock.fired_at_ms, 1 * MINUTE);
    evaluate(&after, 11, 2);
    assert_int_equal(only(&after, "A", 0)->clock.state, ALERT_FIRING);
    buf_free(&bytes);
    close_fixture(&before);
    close_fixture(&after);
}

/* An agent that did not run for an hour has not seen the alert hold for an hour. */
static void time_without_an_agent_does_not_count(void **state)
{
    struct fixture before, after;
    struct buf bytes = {0};

    (void)state;
    open_fixture(&before);
    open_fixture(&after);
    evaluate(&before, 1, 2);
    evaluate(&before, 5, 2);
    alert_memory_save(before.run, before.rules, 5 * MINUTE, &bytes);
    alert_memory_load(after.run, bytes.data, bytes.length, 66 * MINUTE, MINUTE, NULL, NULL);
    assert_int_equal(only(&after, "A", 0)->clock.active_at_ms, 61 * MINUTE);
    evaluate(&after, 70, 2);
    assert_int_equal(only(&after, "A", 0)->clock.state, ALERT_PENDING);
    evaluate(&after, 71, 2);
    assert_int_equal(only(&after, "A", 0)->clock.state, ALERT_FIRING);
    buf_free(&bytes);
    close_fixture(&before);
    close_fixture(&after);
}

#define ALERT                                                                                      \
    "\"file\":\"r.yml\",\"group\":\"g\",\"alert\":\"B\",\"labels\":{\"alertname\":\"B\"},"         \
    "\"annotations\":{}"

static const struct {
    const char *bytes;
    int code;
    size_t count;
} kept[] = {
    {"", -EINVAL, 0},
    {"{}", -EINVAL, 0},
    {"[]", -EINVAL, 0},
    {"{\"version\":2,\"at\":0,\"alerts\":[]}", -EINVAL, 0},
    {"{\"version\":1,\"at\":\"x\",\"alerts\":[]}", -EINVAL, 0},
    {"{\"version\":1,\"at\":0,\"alerts\":{}}", -EINVAL, 0},
    {"{\"version\":1,\"at\":0,\"alerts\":[]}", 0, 0},
    {"{\"version\":1,\"at\":0,\"alerts\":[7]}", -EINVAL, 0},
    {"{\"version\":1,\"at\":0,\"alerts\":[{" ALERT ",\"state\":\"firing\",\"active_at\":1}]}", 0,
     1},
    {"{\"version\":1,\"at\":0,\"alerts\":[{" ALERT ",\"state\":\"firing\",\"active_at\":1},"
     "{" ALERT ",\"state\":\"lost\",\"active_at\":1}]}",
     -EINVAL, 1},
    {"{\"version\":1,\"at\":0,\"alerts\":[{" ALERT ",\"state\":\"firing\"}]}", -EINVAL, 0},
    {"{\"version\":1,\"at\":0,\"alerts\":[{" ALERT ",\"state\":\"resolved\",\"active_at\":1}]}",
     -EINVAL, 0},
    {"{\"version\":1,\"at\":0,\"alerts\":[{" ALERT
     ",\"nth\":7,\"state\":\"firing\",\"active_at\":1}]}",
     0, 0},
    {"{\"version\":1,\"at\":-9223372036854775807,\"alerts\":[{" ALERT
     ",\"state\":\"firing\",\"active_at\":9223372036854775807}]}",
     -EINVAL, 0},
};

static void damage_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        struct fixture f;
        struct error e = {0};
        size_t count = 99;
        open_fixture(&f);
        int code = alert_memory_load(f.run, kept[i].bytes, strlen(kept[i].bytes), 9, 0, &count, &e);
        if (code != kept[i].code || (code == 0 && count != kept[i].count))
            fail_msg("%s: %d, %zu: %s", kept[i].bytes, code, count, e.text);
        close_fixture(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_saved_comes_back),
        cmocka_unit_test(time_without_an_agent_does_not_count),
        cmocka_unit_test(damage_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
