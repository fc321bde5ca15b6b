/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/agent/exporter_configuration.h"

static void everything_that_can_be_said(void **state)
{
    SCRATCH_ARENA(arena);
    struct config config;

    (void)state;
    assert_string_equal(
        exporter_configuration("exporters:\n"
                               "  exec:\n"
                               "  - command: [/usr/local/bin/tell, --to, ä]\n"
                               "  - name: old\n"
                               "    command: [/bin/warn]\n"
                               "    style: smartd\n"
                               "    address: root a@b\n"
                               "    timeout: 2m\n"
                               "    tries: 3\n"
                               "    retry: 500ms\n"
                               "  - {command: [/bin/md], style: mdadm, send_resolved: true}\n",
                               arena, &config),
        "");
    const struct config_exporter *exec = exporter_configured(&config, "exec");
    assert_string_equal(
        exec->json, "{\"receivers\":[{\"command\":[\"/usr/local/bin/tell\",\"--to\",\"ä\"],"
                    "\"name\":\"tell\",\"timeout_ms\":60000,\"tries\":20,\"retry_ms\":5000,"
                    "\"send_resolved\":true},"
                    "{\"style\":\"smartd\",\"address\":\"root a@b\",\"command\":[\"/bin/warn\"],"
                    "\"name\":\"old\",\"timeout_ms\":120000,\"tries\":3,\"retry_ms\":500,"
                    "\"send_resolved\":false},"
                    "{\"style\":\"mdadm\",\"command\":[\"/bin/md\"],"
                    "\"name\":\"md\",\"timeout_ms\":60000,\"tries\":20,\"retry_ms\":5000,"
                    "\"send_resolved\":true}]}");
    assert_int_equal(exec->receiver_count, 3);
    assert_string_equal(exec->receivers[1], "old");
}

static void nobody_is_no_worker(void **state)
{
    SCRATCH_ARENA(arena);
    struct config config;

    (void)state;
    assert_string_equal(exporter_configuration("exporters: {exec: []}\n", arena, &config), "");
    assert_null(exporter_configured(&config, "exec")->json);
}

static void every_error_has_its_place(void **state)
{
    static const struct {
        const char *text, *errors;
    } cases[] = {
        {"{}", "f.yml:1:20: 'command' is missing: [/path, argument, ...]\n"},
        {"{command: mail}", "f.yml:1:30: 'command' must be a list, not a text\n"},
        {"{command: [mail, root]}", "f.yml:1:31: 'mail' is no absolute path\n"},
        {"{comand: [/x]}",
         "f.yml:1:21: unknown field 'comand' in a command (did you mean 'command'?)\n"},
        {"{command: [/x], style: nagios}",
         "f.yml:1:43: 'nagios' is none of plain, smartd, mdadm\n"},
        {"{command: [/x], address: root}", "f.yml:1:45: 'address' goes with style smartd only\n"},
        {"{command: [/x], style: smartd, address: -C/etc/passwd}",
         "f.yml:1:60: '-C/etc/passwd' is no list of addresses\n"},
        {"{command: [/x], timeout: 2h, tries: 0}",
         "f.yml:1:45: 2h is not between 1s and 1h\nf.yml:1:56: 0 is not between 1 and 1000\n"},
        {"{command: [/x]}, {command: [/y/x]}", "f.yml:1:37: the receiver 'x' is there already\n"},
        {"{command: [/x], name: \"\"}", "f.yml:1:42: a receiver needs a name\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        struct config config;
        const char *text = arena_printf(arena, "exporters: {exec: [%s]}\n", cases[i].text);
        assert_string_equal(exporter_configuration(text, arena, &config), cases[i].errors);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_that_can_be_said),
        cmocka_unit_test(nobody_is_no_worker),
        cmocka_unit_test(every_error_has_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
