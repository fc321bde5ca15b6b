/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/configuration.h"
#include "core/buf.h"
#include "probes/nfslock_settings.h"

static const struct probe md = {.name = "md", .interval_ms = 15000, .deadline_ms = 5000};
static const struct probe nfslock = {.name = "nfslock", .interval_ms = 60000, .deadline_ms = 9000};
static const struct probe *const probes[] = {&md, &nfslock, NULL};

static void collect(const char *text, void *arg)
{
    buf_printf(arg, "%s\n", text);
}

/* Its errors, in the arena. */
static const char *parse(const char *text, struct arena *arena, struct config *config)
{
    struct buf errors = {0};
    config_parse("f.yml", text, strlen(text), probes, arena, config, collect, &errors);
    const char *all = arena_strdup(arena, errors.length ? errors.data : "");
    buf_free(&errors);
    return all;
}

static void reaches_the_probe(void **state)
{
    SCRATCH_ARENA(arena);
    struct config config;
    struct nfslock_settings settings;

    (void)state;
    assert_string_equal(parse("probes:\n"
                              "  md: {interval: 7s}\n"
                              "  nfslock:\n"
                              "    interval: 2m\n"
                              "    targets: [mail7, '192.0.2.8', 'fd00::8']\n"
                              "    lock_test: [/var/vmail/.forewarn]\n"
                              "    rpcbind_port: 1111\n",
                              arena, &config),
                        "");
    assert_int_equal(config.probes[0].interval_ms, 7000);
    assert_null(config.probes[0].json);
    assert_int_equal(config.probes[1].interval_ms, 120000);
    assert_int_equal(config.probes[1].deadline_ms, 9000);
    assert_int_equal(nfslock_settings_read(config.probes[1].json, arena, &settings, NULL), 0);
    assert_int_equal(settings.target_count, 3);
    assert_string_equal(settings.targets[1], "192.0.2.8");
    assert_int_equal(settings.lock_test_count, 1);
    assert_string_equal(settings.lock_tests[0], "/var/vmail/.forewarn");
    assert_int_equal(settings.rpcbind_port, 1111);
}

static void has_defaults(void **state)
{
    SCRATCH_ARENA(arena);
    static const char *const texts[] = {NULL, "{}", "{\"targets\":[],\"rpcbind_port\":70000}",
                                        "{\"targets\":7,\"lock_test\":[1,null]}"};
    struct nfslock_settings settings;
    struct error e;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(nfslock_settings_read(texts[i], arena, &settings, &e), 0);
        assert_int_equal(settings.target_count + settings.lock_test_count, 0);
        assert_int_equal(settings.rpcbind_port, 111);
    }
    assert_true(nfslock_settings_read("{", arena, &settings, &e) < 0);
}

static void every_error_has_its_place(void **state)
{
    static const struct {
        const char *text, *errors;
    } cases[] = {
        {"probes: {nfslock: {targets: ['a b']}}\n", "f.yml:1:30: 'a b' is no name of a target\n"},
        {"probes: {nfslock: {targets: ['']}}\n", "f.yml:1:30: '' is no name of a target\n"},
        {"probes: {nfslock: {lock_test: [mail]}}\n", "f.yml:1:32: 'mail' is no absolute path\n"},
        {"probes: {nfslock: {rpcbind_port: 0}}\n", "f.yml:1:34: '0' is no port\n"},
        {"probes: {nfslock: {rpcbind_port: 65536}}\n", "f.yml:1:34: '65536' is no port\n"},
    };
    struct config config;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        assert_string_equal(parse(cases[i].text, arena, &config), cases[i].errors);
    }
    SCRATCH_ARENA(arena);
    const char *errors = parse("probes: {nfslock: {target: [a]}}\n", arena, &config);
    assert_non_null(strstr(errors, "did you mean 'targets'?"));
    errors = parse("probes: {md: {targets: [a]}}\n", arena, &config);
    assert_non_null(strstr(errors, "targets"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reaches_the_probe),
        cmocka_unit_test(has_defaults),
        cmocka_unit_test(every_error_has_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
