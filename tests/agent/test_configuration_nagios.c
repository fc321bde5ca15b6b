/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/agent/exporter_configuration.h"

static void test_good(void **state)
{
    static const struct {
        const char *text, *json;
    } table[] = {
        {"exporters: {nagios: {command_file: /r/n.cmd}}",
         "{\"command_file\":\"/r/n.cmd\",\"host\":\"\",\"service\":\"forewarn\","
         "\"interval_ms\":300000}"},
        {"exporters:\n  nagios: {command_file: /r/n.cmd, host: mail7, service: 'all disks', "
         "interval: 1m}\n",
         "{\"command_file\":\"/r/n.cmd\",\"host\":\"mail7\",\"service\":\"all disks\","
         "\"interval_ms\":60000}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        SCRATCH_ARENA(arena);
        struct config config;
        assert_string_equal(exporter_configuration(table[i].text, arena, &config), "");
        const struct config_exporter *nagios = exporter_configured(&config, "nagios");
        assert_string_equal(nagios->json, table[i].json);
        assert_int_equal(nagios->receiver_count, 0);
    }
}

static void test_wrong(void **state)
{
    static const struct {
        const char *text, *errors;
    } table[] = {
        {"exporters: {nagios: {}}", "f.yml:1:21: 'nagios' needs a command_file\n"},
        {"exporters: {nagios: {command_file: n.cmd}}", "f.yml:1:36: 'n.cmd' is no absolute path\n"},
        {"exporters: {nagios: {command_file: /n, host: 'a;b'}}",
         "f.yml:1:46: 'a;b' is no name that Nagios takes\n"},
        {"exporters: {nagios: {command_file: /n, service: ''}}",
         "f.yml:1:49: '' is no name that Nagios takes\n"},
        {"exporters: {nagios: {command_file: /n, intervall: 5m}}",
         "f.yml:1:40: unknown field 'intervall' in 'nagios' (did you mean 'interval'?)\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        SCRATCH_ARENA(arena);
        struct config config;
        assert_string_equal(exporter_configuration(table[i].text, arena, &config), table[i].errors);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
