/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/mailindex_settings.h"

static void reads_settings(void **state)
{
    SCRATCH_ARENA(arena);
    struct mailindex_settings settings;
    struct error e = {0};
    (void)state;

    assert_int_equal(mailindex_settings_parse(
                         "{\"stores\":[{\"path\":\"/v/%d\",\"user\":\"vmail\"},{\"path\":\"/w\","
                         "\"user\":\"\",\"members\":[\"a\",\"b\"],\"member\":\"b\","
                         "\"members_directory\":\"/"
                         "m\",\"takeover_ms\":7}],\"round_ms\":1000,\"max_bytes_per_second\":5,"
                         "\"baseline\":true}",
                         arena, &settings, &e),
                     0);
    assert_int_equal(settings.store_count, 2);
    assert_string_equal(settings.stores[0].path, "/v/%d");
    assert_string_equal(settings.stores[0].user, "vmail");
    assert_null(settings.stores[1].user);
    assert_int_equal(settings.stores[0].share.count, 0);
    assert_null(settings.stores[0].members_directory);
    assert_int_equal(settings.stores[0].takeover_ms, 3600000);
    assert_int_equal(settings.stores[1].share.count, 2);
    assert_string_equal(settings.stores[1].share.members[1], "b");
    assert_string_equal(settings.stores[1].member, "b");
    assert_string_equal(settings.stores[1].members_directory, "/m");
    assert_int_equal(settings.stores[1].takeover_ms, 7);
    assert_int_equal(settings.round_ms, 1000);
    assert_int_equal(settings.bytes_per_second, 5);
    assert_true(settings.baseline);
}

static void has_defaults(void **state)
{
    static const char *const texts[] = {NULL, "", "{}", "{\"round_ms\":0,\"stores\":[]}"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        SCRATCH_ARENA(arena);
        struct mailindex_settings settings;
        struct error e = {0};
        assert_int_equal(mailindex_settings_parse(texts[i], arena, &settings, &e), 0);
        assert_int_equal(settings.store_count, 0);
        assert_int_equal(settings.round_ms, INT64_C(604800000));
        assert_int_equal(settings.bytes_per_second, 20 << 20);
        assert_false(settings.baseline);
    }
}

static void refuses_nonsense(void **state)
{
    static const char *const texts[] = {"{",
                                        "[]",
                                        "7",
                                        "{\"stores\":[{}]}",
                                        "{\"stores\":[1]}",
                                        "{\"stores\":[{\"path\":\"/v\",\"members\":[1]}]}"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        SCRATCH_ARENA(arena);
        struct mailindex_settings settings;
        struct error e = {0};
        assert_true(mailindex_settings_parse(texts[i], arena, &settings, &e) < 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_settings),
        cmocka_unit_test(has_defaults),
        cmocka_unit_test(refuses_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
