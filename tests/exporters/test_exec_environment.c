/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exporters/exec_environment.h"
#include "tests/exporters/event_fixture.h"

static struct exec_settings *settings_of(const char *text)
{
    json_error_t where;
    struct error e = {0};
    json_t *json = json_loads(text, 0, &where);
    assert_non_null(json);
    struct exec_settings *settings = exec_settings_read(json, &e);
    json_decref(json);
    return settings;
}

static const char *get(char **environment, const char *name)
{
    for (; *environment; environment++)
        if (strncmp(*environment, name, strlen(name)) == 0 && (*environment)[strlen(name)] == '=')
            return *environment + strlen(name) + 1;
    return NULL;
}

/* "a|b|c" */
static const char *join(char **texts, struct arena *arena)
{
    const char *all = "";
    for (size_t i = 0; texts[i]; i++)
        all = arena_printf(arena, "%s%s%s", all, i ? "|" : "", texts[i]);
    return all;
}

static const Forewarn__Event *failed(struct arena *arena, Forewarn__EventKind kind)
{
    return event_fixture(arena, "e1", kind, "alertname", "MdMemberFailed", "severity", "critical",
                         "array", "md2", "device", "cciss!c0d1p1", "serial", "WD-1\n", "model",
                         "WDC X", "bay", "2", "path", "/evil", "a.b", "no name", "id", "mine",
                         "summary", "it has failed", "description", "two\nlines", "action", "do",
                         NULL);
}

static void variables(void **state)
{
    static const struct {
        const char *name, *value;
    } cases[] = {
        {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
        {"LC_ALL", "C"},
        {"FOREWARN_ID", "e1"}, /* and not what a label says */
        {"FOREWARN_SEQUENCE", "7"},
        {"FOREWARN_STATE", "raised"},
        {"FOREWARN_TIME", "1772368200"},
        {"FOREWARN_HOST", "mail7"},
        {"FOREWARN_ALERT", "MdMemberFailed"},
        {"FOREWARN_SEVERITY", "critical"},
        {"FOREWARN_VALUE", "2.5"},
        {"FOREWARN_SINCE", "1772366400"},
        {"FOREWARN_SUMMARY", "it has failed"},
        {"FOREWARN_DESCRIPTION", "two lines"},
        {"FOREWARN_ACTION", "do"},
        {"FOREWARN_SUBJECT", "CRITICAL mail7: it has failed"},
        {"FOREWARN_ARRAY", "md2"},
        {"FOREWARN_DEVICE", "cciss!c0d1p1"},
        {"FOREWARN_SERIAL", "WD-1 "},
        {"FOREWARN_PATH", "/evil"},
        {"FOREWARN_A.B", NULL},
        {"SMARTD_DEVICE", "/dev/cciss/c0d1p1"},
        {"SMARTD_DEVICESTRING", "/dev/cciss/c0d1p1"},
        {"SMARTD_DEVICETYPE", "auto"},
        {"SMARTD_DEVICEINFO", "WDC X, S/N:WD-1 , bay 2"},
        {"SMARTD_FAILTYPE", "MdMemberFailed"},
        {"SMARTD_MESSAGE", "it has failed"},
        {"SMARTD_SUBJECT", "CRITICAL mail7: it has failed"},
        {"SMARTD_TFIRST", "Sun Mar  1 12:00:00 2026 UTC"},
        {"SMARTD_TFIRSTEPOCH", "1772366400"},
        {"SMARTD_PREVCNT", "0"},
        {"SMARTD_NEXTDAYS", "1"},
        {"SMARTD_ADDRESS", NULL},
        {"SMARTD_MAILER", NULL},
    };
    SCRATCH_ARENA(arena);
    struct exec_settings *settings = settings_of("{\"command\": [\"/x\"]}");
    char **environment =
        exec_environment(settings, failed(arena, FOREWARN__EVENT_KIND__RAISED), arena);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (cases[i].value)
            assert_string_equal(get(environment, cases[i].name), cases[i].value);
        else
            assert_null(get(environment, cases[i].name));
    assert_string_equal(get(environment, "SMARTD_FULLMESSAGE"), get(environment, "FOREWARN_BODY"));
    exec_settings_free(settings);
}

static void arguments_by_style(void **state)
{
    static const struct {
        const char *settings, *arguments;
        Forewarn__EventKind kind;
        bool wanted;
    } cases[] = {
        {"{\"command\": [\"/x\", \"a b\"]}", "/x|a b", FOREWARN__EVENT_KIND__RAISED, true},
        {"{\"command\": [\"/x\"], \"style\": \"plain\"}", "/x", FOREWARN__EVENT_KIND__HEARTBEAT,
         true},
        {"{\"command\": [\"/x\"], \"send_resolved\": false}", "/x", FOREWARN__EVENT_KIND__RESOLVED,
         false},
        {"{\"command\": [\"/x\"], \"style\": \"mdadm\"}", "/x|Fail|/dev/md2|/dev/cciss/c0d1p1",
         FOREWARN__EVENT_KIND__RAISED, true},
        {"{\"command\": [\"/x\"], \"style\": \"mdadm\"}",
         "/x|FailResolved|/dev/md2|/dev/cciss/c0d1p1", FOREWARN__EVENT_KIND__RESOLVED, true},
        {"{\"command\": [\"/x\"], \"style\": \"mdadm\"}",
         "/x|TestMessage|/dev/md2|/dev/cciss/c0d1p1", FOREWARN__EVENT_KIND__TEST, true},
        {"{\"command\": [\"/x\"], \"style\": \"mdadm\"}", NULL, FOREWARN__EVENT_KIND__HEARTBEAT,
         false},
        {"{\"command\": [\"/x\"], \"style\": \"smartd\"}", "/x", FOREWARN__EVENT_KIND__RAISED,
         true},
        {"{\"command\": [\"/x\"], \"style\": \"smartd\", \"address\": \" root a@b\"}",
         "/x|-s|still CRITICAL mail7: it has failed|root|a@b", FOREWARN__EVENT_KIND__REPEATED,
         true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        struct exec_settings *settings = settings_of(cases[i].settings);
        const Forewarn__Event *event = failed(arena, cases[i].kind);
        assert_int_equal(exec_wants(settings, event), cases[i].wanted);
        if (cases[i].arguments)
            assert_string_equal(join(exec_arguments(settings, event, arena), arena),
                                cases[i].arguments);
        exec_settings_free(settings);
    }
}

/* What the field's scripts look for. */
static void names_of_others(void **state)
{
    static const struct {
        const char *alert;
        Forewarn__EventKind kind;
        const char *smartd, *mdadm;
    } cases[] = {
        {"DiskPendingSectors", FOREWARN__EVENT_KIND__RAISED, "CurrentPendingSector",
         "DiskPendingSectors"},
        {"DiskFailing", FOREWARN__EVENT_KIND__REPEATED, "Health", "DiskFailing"},
        {"MdArrayDegraded", FOREWARN__EVENT_KIND__CHANGED, "MdArrayDegraded", "DegradedArray"},
        {"MdRebuildRunning", FOREWARN__EVENT_KIND__RAISED, "MdRebuildRunning", "RebuildStarted"},
        {"MdRebuildRunning", FOREWARN__EVENT_KIND__RESOLVED, "MdRebuildRunning", "RebuildFinished"},
        {"Anything", FOREWARN__EVENT_KIND__TEST, "EmailTest", "TestMessage"},
    };
    struct exec_settings *settings =
        settings_of("{\"command\": [\"/x\"], \"style\": \"mdadm\", \"send_resolved\": false}");

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        const Forewarn__Event *event =
            event_fixture(arena, "e", cases[i].kind, "alertname", cases[i].alert, NULL);
        assert_true(exec_wants(settings, event));
        assert_string_equal(exec_arguments(settings, event, arena)[1], cases[i].mdadm);
        assert_string_equal(get(exec_environment(settings, event, arena), "SMARTD_FAILTYPE"),
                            cases[i].smartd);
    }
    exec_settings_free(settings);
}

static void what_is_too_long_is_cut(void **state)
{
    SCRATCH_ARENA(arena);
    char *text = arena_alloc(arena, 100 * 1000);
    struct exec_settings *settings = settings_of("{\"command\": [\"/x\"]}");

    (void)state;
    memset(text, 'x', 100 * 1000 - 1);
    const Forewarn__Event *event = event_fixture(arena, "e", FOREWARN__EVENT_KIND__RAISED,
                                                 "alertname", "A", "description", text, NULL);
    char **environment = exec_environment(settings, event, arena);
    assert_int_equal(strlen(get(environment, "FOREWARN_DESCRIPTION")) +
                         strlen("FOREWARN_DESCRIPTION="),
                     EXEC_MAX_VARIABLE);
    exec_settings_free(settings);
}

static void input_by_style(void **state)
{
    SCRATCH_ARENA(arena);
    const Forewarn__Event *event = event_fixture(arena, "e1", FOREWARN__EVENT_KIND__RAISED,
                                                 "alertname", "A", "severity", "info", NULL);
    struct exec_settings *settings =
        settings_of("{\"command\": [\"/x\"], \"style\": \"smartd\", \"address\": \"root\"}");
    struct buf input = {0};

    (void)state;
    exec_input(settings, event, &input);
    assert_memory_equal(input.data, "INFO  A\n", 8);
    exec_settings_free(settings);
    buf_free(&input);
    settings = settings_of("{\"command\": [\"/x\"]}");
    exec_input(settings, event, &input);
    assert_string_equal(input.data,
                        "{\"schema\":1,\"id\":\"e1\",\"sequence\":7,\"state\":\"raised\","
                        "\"time\":1772368200,\"host\":\"mail7\",\"subject\":\"INFO mail7: A\","
                        "\"alert\":{\"name\":\"A\",\"severity\":\"info\",\"value\":2.5,"
                        "\"since\":1772366400,\"labels\":{\"alertname\":\"A\"},"
                        "\"annotations\":{}}}\n");
    exec_settings_free(settings);
    buf_free(&input);
}

static void wrong_settings(void **state)
{
    static const char *const cases[] = {
        "{}",
        "{\"command\": []}",
        "{\"command\": [1]}",
        "{\"command\": \"/x\"}",
        "{\"command\": [\"/x\"], \"style\": \"nagios\"}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_null(settings_of(cases[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables),       cmocka_unit_test(arguments_by_style),
        cmocka_unit_test(names_of_others), cmocka_unit_test(what_is_too_long_is_cut),
        cmocka_unit_test(input_by_style),  cmocka_unit_test(wrong_settings),
    };
    setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
