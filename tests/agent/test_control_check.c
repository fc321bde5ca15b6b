/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "agent/control_commands.h"
#include "core/clock.h"

enum { MINUTE_MS = 60 * 1000 };

static const char rules_text[] =
    "groups:\n"
    "- name: g\n"
    "  rules:\n"
    "  - {alert: Fires, expr: vector(1), labels: {severity: warning}}\n"
    "  - {alert: Waits, expr: vector(1), for: 1h}\n";

static void ignore(const char *text, void *arg)
{
    (void)arg;
    fail_msg("%s", text);
}

/* An agent that watches nothing, and judged so long ago; negative: not yet. */
static void make_agent(struct agent *agent, int64_t age_ms)
{
    const struct rule_source source = {"r.yml", rules_text, strlen(rules_text)};
    struct rule_set *rules;

    *agent =
        (struct agent){.host = "mail7", .store = store_new(), .herald = {.notify = notify_new()}};
    evaluation_init(&agent->evaluation, agent->store);
    assert_int_equal(rule_set_load(&source, 1, ignore, NULL, &rules), 0);
    evaluation_set_rules(&agent->evaluation, rules, &labels_empty, MINUTE_MS);
    if (age_ms >= 0)
        evaluation_tick(&agent->evaluation, clock_wall_ms(&clock_system) - age_ms, NULL, 0);
}

static void free_agent(struct agent *agent)
{
    evaluation_free(&agent->evaluation);
    notify_free(&agent->herald.notify);
    store_free(&agent->store);
}

/* The answer's data; NULL and the error where there is none. */
static json_t *ask(struct agent *agent, json_t *request, struct error *e)
{
    struct buf out = {0};
    json_t *data = NULL;
    int code = control_check(agent, request, &out, e);

    if (code == 0) {
        json_t *reply = json_loadb(out.data, out.length, 0, NULL);
        assert_string_equal(json_string_value(json_object_get(reply, "status")), "success");
        data = json_incref(json_object_get(reply, "data"));
        json_decref(reply);
    }
    buf_free(&out);
    json_decref(request);
    return data;
}

static void test_age(void **state)
{
    static const struct {
        int64_t age_ms;
        const char *verdict, *text; /* NULL: no word of its age */
    } table[] = {
        {0, "ok", NULL},
        {3 * MINUTE_MS - 30000, "ok", NULL},
        {10 * MINUTE_MS, "unknown", "has not judged for 10m, though it should each 1m"},
        {-1, "unknown", "has just started and has not judged yet"},
    };
    struct agent agent;
    struct error e = {0};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        make_agent(&agent, table[i].age_ms);
        json_t *data =
            ask(&agent,
                json_pack("{s:s, s:{s:s}}", "format", "nagios", "severity", "Fires", "info"), &e);
        const char *text = json_string_value(json_object_get(data, "text"));
        assert_string_equal(json_string_value(json_object_get(data, "verdict")), table[i].verdict);
        if (!table[i].text == !!strstr(text, "judged") ||
            (table[i].text && !strstr(text, table[i].text)))
            fail_msg("%s", text);
        json_decref(data);
        free_agent(&agent);
    }
}

/* What is pending does not count; what fires does. */
static void test_alerts(void **state)
{
    struct agent agent;
    struct error e = {0};

    (void)state;
    make_agent(&agent, 0);
    json_t *data = ask(&agent, json_pack("{s:s}", "format", "json"), &e);
    assert_string_equal(json_string_value(json_object_get(data, "verdict")), "warning");
    json_t *report = json_loads(json_string_value(json_object_get(data, "text")), 0, NULL);
    assert_int_equal(json_array_size(json_object_get(report, "alerts")), 1);
    assert_int_equal(json_array_size(json_object_get(report, "pending")), 1);
    assert_int_equal(json_array_size(json_object_get(report, "held")), 0);
    json_decref(report);
    json_decref(data);
    free_agent(&agent);
}

/* What somebody knows of does not count, until it gets worse. */
static void test_held(void **state)
{
    const struct notify_event *events;
    SCRATCH_ARENA(arena);
    size_t count;
    struct agent agent;
    struct error e = {0};

    (void)state;
    make_agent(&agent, 0);
    notify_tick(agent.herald.notify, agent.evaluation.alerts.at, agent.evaluation.alerts.count,
                agent.evaluation.tick_ms, arena, &events, &count);
    assert_int_equal(notify_acknowledge(agent.herald.notify, "Fires", "root", "ordered", false), 1);
    json_t *data = ask(&agent, json_pack("{s:s}", "format", "nagios"), &e);
    assert_string_equal(json_string_value(json_object_get(data, "verdict")), "ok");
    const char *text = json_string_value(json_object_get(data, "text"));
    if (!strstr(text, "\nKnown: Fires (acknowledged by root: ordered)\n"))
        fail_msg("%s", text);
    json_decref(data);
    free_agent(&agent);
}

static void test_bad_questions(void **state)
{
    static const struct {
        const char *request, *error;
    } table[] = {
        {"{\"format\": \"xml\"}", "'format' is none of table, json, nagios"},
        {"{\"format\": 3}", "'format' is no text"},
        {"{\"expr\": [\"up\"]}", "'expr' is no text"},
        {"{\"expr\": \"sum(\"}", "--expr: 1:4: unclosed left parenthesis"},
        {"{\"expr\": \"1\", \"warning\": \"x\"}", "'x'"},
        {"{\"severity\": []}", "'severity' is no object"},
        {"{\"severity\": {\"A\": \"bad\"}}", "no level for 'A'"},
        {"{\"severity\": {\"A\": 1}}", "no level for 'A'"},
        {"{\"expr\": \"sum_over_time(vector(1)[1d:1ms])\"}", "--expr"},
    };
    struct agent agent;

    (void)state;
    make_agent(&agent, 0);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct error e = {0};
        assert_null(ask(&agent, json_loads(table[i].request, 0, NULL), &e));
        if (!strstr(e.text, table[i].error))
            fail_msg("%s: %s", table[i].request, e.text);
    }
    free_agent(&agent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_age),
        cmocka_unit_test(test_alerts),
        cmocka_unit_test(test_held),
        cmocka_unit_test(test_bad_questions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
