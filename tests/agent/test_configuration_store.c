/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/configuration.h"
#include "core/buf.h"
#include "probes/mailindex_settings.h"

static const struct probe mailindex = {
    .name = "mailindex", .interval_ms = 300000, .deadline_ms = 5000};
static const struct probe *const probes[] = {&mailindex, NULL};

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
    struct mailindex_settings settings;

    (void)state;
    assert_string_equal(parse("probes:\n"
                              "  mailindex:\n"
                              "    stores:\n"
                              "      - {path: /var/vmail, user: vmail}\n"
                              "      - path: /etc/imapd.conf\n"
                              "        members: [mail1, mail2.example.org]\n"
                              "        member: mail1\n"
                              "        members_directory: /srv/forewarn\n"
                              "        takeover: 30m\n"
                              "      - {path: /w, members: [a]}\n",
                              arena, &config),
                        "");
    assert_int_equal(mailindex_settings_parse(config.probes[0].json, arena, &settings, NULL), 0);
    assert_int_equal(settings.store_count, 3);
    assert_string_equal(settings.stores[0].user, "vmail");
    assert_int_equal(settings.stores[0].share.count, 0);
    const struct mailindex_settings_store *store = &settings.stores[1];
    assert_null(store->user);
    assert_int_equal(store->share.count, 2);
    assert_string_equal(store->share.members[1], "mail2.example.org");
    assert_string_equal(store->member, "mail1");
    assert_string_equal(store->members_directory, "/srv/forewarn");
    assert_int_equal(store->takeover_ms, 1800000);
    assert_null(settings.stores[2].member);
    assert_null(settings.stores[2].members_directory);
    assert_int_equal(settings.stores[2].takeover_ms, 3600000);
}

static void every_error_has_its_place(void **state)
{
    static const struct {
        const char *store, *error;
    } cases[] = {
        {"{user: a}", ":36: a store needs a path\n"},
        {"{path: a}", ":36: 'a' is no absolute path\n"},
        {"{path: /a, members: [a/b]}", ":57: 'a/b' is no name of a host\n"},
        {"{path: /a, members: ['.']}", ":57: '.' is no name of a host\n"},
        {"{path: /a, members: [a, b, a]}", ":63: the member 'a' stands there twice\n"},
        {"{path: /a, members: [a], member: b}", ":36: 'b' is none of the members\n"},
        {"{path: /a, member: b}", ":36: a store without 'members' is not shared\n"},
        {"{path: /a, members_directory: /b}", ":36: a store without 'members' is not shared\n"},
        {"{path: /a, members: [a], members_directory: b}", ":36: 'b' is no absolute path\n"},
        {"{path: /a, members: [a], takeover: 10m}",
         ":21: takeover of /a: has to be more than two intervals\n"},
    };
    struct config config;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        const char *text =
            arena_printf(arena, "probes: {mailindex: {stores:      [%s]}}\n", cases[i].store);
        assert_string_equal(parse(text, arena, &config),
                            arena_printf(arena, "f.yml:1%s", cases[i].error));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reaches_the_probe),
        cmocka_unit_test(every_error_has_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
