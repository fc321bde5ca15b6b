/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "probes/udevdb.h"

static void parses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *key, *value;
        size_t count, malformed;
    } cases[] = {
        {"S:disk/by-id/x\nI:12\nE:ID_BUS=ata\nV:1\n", "ID_BUS", "ata", 1, 0},
        {"E:A=1\nE:A=2\nE:B=3", "A", "2", 3, 0},
        {"E:A=1\nE:B=with=equals", "B", "with=equals", 2, 0},
        {"E:A=\n", "A", "", 1, 0},
        {"E:A=1\nE:novalue\nE:=x\nE:\nE:B\x01=2\n", "A", "1", 1, 4},
        {"", "A", "", 0, 0},
        {"\n\n\nE", "A", "", 0, 0},
        {"E:ID_BUSY=x\n", "ID_BUS", "", 1, 0},
    };
    SCRATCH_ARENA(arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct udevdb db;
        udevdb_parse(arena, cases[i].text, strlen(cases[i].text), &db);
        assert_int_equal(db.count, cases[i].count);
        assert_int_equal(db.malformed, cases[i].malformed);
        assert_string_equal(udevdb_get(&db, cases[i].key), cases[i].value);
    }
}

static void takes_no_binary(void **state)
{
    (void)state;
    struct udevdb db;
    SCRATCH_ARENA(arena);
    udevdb_parse(arena, "E:A=\0x\nE:B=2\n", 13, &db);
    assert_int_equal(db.malformed, 1);
    assert_string_equal(udevdb_get(&db, "B"), "2");
}

static void stops_at_its_limit(void **state)
{
    (void)state;
    struct buf text = {0};
    struct udevdb db;
    SCRATCH_ARENA(arena);
    for (int i = 0; i < UDEVDB_MAX_PROPERTIES + 10; i++)
        buf_printf(&text, "E:K%d=v\n", i);
    udevdb_parse(arena, text.data, text.length, &db);
    assert_int_equal(db.count, UDEVDB_MAX_PROPERTIES);
    assert_int_equal(db.malformed, 10);
    buf_free(&text);
}

static void decodes(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"WDC\\x20WD40\\x20\\x20", "WDC WD40"},
        {"\\x20\\x20a", "a"},
        {"a\\x00\\x0ab", "ab"},
        {"a\\xZZ", "a\\xZZ"},
        {"a\\x2", "a\\x2"},
        {"", ""},
    };
    SCRATCH_ARENA(arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(udevdb_decode(arena, cases[i][0]), cases[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses),
        cmocka_unit_test(takes_no_binary),
        cmocka_unit_test(stops_at_its_limit),
        cmocka_unit_test(decodes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
