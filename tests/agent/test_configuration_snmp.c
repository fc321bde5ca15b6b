/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "exporters/snmp_settings.h"
#include "tests/agent/exporter_configuration.h"

static char directory[] = "/tmp/test_configuration_snmp.XXXXXX";

static void file_with(const char *name, const char *content, struct arena *arena)
{
    FILE *file = fopen(arena_printf(arena, "%s/%s", directory, name), "w");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* "D/" stands for the directory. */
static const char *in_place(const char *text, struct arena *arena)
{
    const char *mark = strstr(text, "D/");
    return mark ? arena_printf(arena, "%.*s%s%s", (int)(mark - text), text, directory,
                               in_place(mark + 1, arena))
                : text;
}

/* The worker's settings, by way of the agent's JSON. */
static void read_all(const char *text, struct arena *arena, struct config *config,
                     struct snmp_settings *settings)
{
    struct error e = {0};
    assert_string_equal(exporter_configuration(in_place(text, arena), arena, config), "");
    const struct config_exporter *snmp = exporter_configured(config, "snmp");
    assert_non_null(snmp->json);
    snmp_settings_read(snmp->json, arena, settings, &e);
    assert_string_equal(e.text, "");
}

static void everything_that_can_be_said(void **state)
{
    SCRATCH_ARENA(arena);
    struct config config;
    struct snmp_settings settings;
    const struct snmp_receiver *r;

    (void)state;
    read_all("exporters:\n"
             "  snmp:\n"
             "    agentx: true\n"
             "    receivers:\n"
             "    - name: noc\n"
             "      address: udp:noc.example:1162\n"
             "      user: fw\n"
             "      auth_protocol: SHA-512\n"
             "      auth_file: D/auth\n"
             "      priv_protocol: AES-256\n"
             "      priv_file: D/priv\n"
             "      inform: true\n"
             "      timeout: 2s\n"
             "      retries: 0\n"
             "    - {address: 'udp6:[::1]:162', version: 3, user: u, auth_file: D/auth,\n"
             "       priv_file: D/priv, engine_id: '0x8000000001'}\n"
             "    - {address: 'udp:h', version: 2c, community_file: D/community}\n",
             arena, &config, &settings);
    assert_string_equal(settings.agentx, "unix:/var/agentx/master");
    assert_int_equal(settings.receiver_count, 3);
    r = &settings.receivers[0];
    assert_string_equal(r->name, "noc");
    assert_string_equal(r->address, "udp:noc.example:1162");
    assert_int_equal(r->version, 3);
    assert_string_equal(r->auth_protocol, "SHA-512");
    assert_string_equal(r->auth_passphrase, "auth pass");
    assert_string_equal(r->priv_protocol, "AES-256");
    assert_string_equal(r->priv_passphrase, "priv\"pass");
    assert_true(r->inform);
    assert_int_equal(r->timeout_ms, 2000);
    assert_int_equal(r->retries, 0);
    r = &settings.receivers[1];
    assert_string_equal(r->name, "udp6:[::1]:162");
    assert_string_equal(r->auth_protocol, "SHA-256");
    assert_string_equal(r->priv_protocol, "AES");
    assert_string_equal(r->engine_id, "0x8000000001");
    assert_false(r->inform);
    assert_int_equal(r->timeout_ms, 5000);
    assert_int_equal(r->retries, 3);
    r = &settings.receivers[2];
    assert_int_equal(r->version, 2);
    assert_string_equal(r->community, "public");
    assert_int_equal(exporter_configured(&config, "snmp")->receiver_count, 3);
    assert_string_equal(exporter_configured(&config, "snmp")->receivers[2], "udp:h");
}

static void what_is_not_asked_for_is_not_started(void **state)
{
    static const struct {
        const char *text;
        const char *agentx; /* NULL: not started */
    } cases[] = {
        {"{}", NULL},
        {"exporters: {snmp: {}}", NULL},
        {"exporters: {snmp: {receivers: [], agentx: false}}", NULL},
        {"exporters: {snmp: {agentx: 'tcp:localhost:705'}}", "tcp:localhost:705"},
        {"exporters: {snmp: {agentx: /run/x}}", "/run/x"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        struct config config;
        struct snmp_settings settings = {0};
        assert_string_equal(exporter_configuration(cases[i].text, arena, &config), "");
        const struct config_exporter *snmp = exporter_configured(&config, "snmp");
        assert_int_equal(snmp->json != NULL, cases[i].agentx != NULL);
        if (!snmp->json)
            continue;
        assert_int_equal(snmp_settings_read(snmp->json, arena, &settings, NULL), 0);
        assert_string_equal(settings.agentx, cases[i].agentx);
        assert_int_equal(settings.receiver_count, 0);
    }
}

static void every_error_has_its_place(void **state)
{
    static const struct {
        const char *text, *errors;
    } cases[] = {
        {"{}", "f.yml:1:32: 'address' is missing: udp:HOST:162\n"
               "f.yml:1:32: 'user' is missing, as version is 3\n"
               "f.yml:1:32: 'auth_file' is missing, as version is 3\n"
               "f.yml:1:32: 'priv_file' is missing, as version is 3\n"},
        {"{version: 1}", "f.yml:1:42: '1' is none of 2c, 3\n"},
        {"{address: a, version: 2c}",
         "f.yml:1:32: 'community_file' is missing, as version is 2c\n"},
        {"{address: a, version: 2c, community_file: D/community, user: u}",
         "f.yml:1:32: 'user' goes with version 3 only\n"},
        {"{address: a, user: u, auth_file: D/auth, priv_file: D/priv, community_file: D/community}",
         "f.yml:1:32: 'community_file' goes with version 2c only\n"},
        {"{auth_protocol: MD5}",
         "f.yml:1:48: 'MD5' is none of SHA, SHA-224, SHA-256, SHA-384, SHA-512\n"},
        {"{priv_protocol: DES}", "f.yml:1:48: 'DES' is none of AES, AES-192, AES-256\n"},
        {"{auth_file: D/community}",
         "f.yml:1:44: the passphrase in the file is shorter than 8 characters\n"},
        {"{auth_file: /nonexistent}", "f.yml:1:44: open /nonexistent: ENOENT\n"},
        {"{engine_id: 12}",
         "f.yml:1:44: '12' is no engine ID: 5 to 32 bytes as hexadecimal digits\n"},
        {"{retries: 11}", "f.yml:1:42: 11 is not between 0 and 10\n"},
        {"{timeout: 1ms}", "f.yml:1:42: 1ms is not between 1s and 1h\n"},
        {"{community: public}", "f.yml:1:33: unknown field 'community' in a receiver\n"},
        {"{address: a, version: 2c, community_file: D/community},"
         " {address: a, version: 2c, community_file: D/community}",
         "f.yml:1:88: the receiver 'a' is there already\n"},
        {"], agentx: [maybe", "f.yml:1:43: a text must stand here, not a list\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        struct config config;
        const char *text = arena_printf(arena, "exporters: {snmp: {receivers: [%s]}}\n",
                                        in_place(cases[i].text, arena));
        const char *errors = exporter_configuration(text, arena, &config);
        if (i == 13) /* its place is behind a directory's name */
            assert_non_null(strstr(errors, "the receiver 'a' is there already\n"));
        else
            assert_string_equal(errors, cases[i].errors);
    }
}

static int make_files(void **state)
{
    SCRATCH_ARENA(arena);
    (void)state;
    assert_non_null(mkdtemp(directory));
    file_with("auth", "auth pass\n", arena);
    file_with("priv", "priv\"pass\n", arena);
    file_with("community", "public\n", arena);
    return 0;
}

static int remove_files(void **state)
{
    SCRATCH_ARENA(arena);
    static const char *const names[] = {"auth", "priv", "community"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(arena_printf(arena, "%s/%s", directory, names[i]));
    return rmdir(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_that_can_be_said),
        cmocka_unit_test(what_is_not_asked_for_is_not_started),
        cmocka_unit_test(every_error_has_its_place),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
