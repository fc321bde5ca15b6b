/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "rules/yaml.h"
#include "rules/yaml_place.h"

struct thing {
    struct yaml_text name;
    int64_t limit;
    const yaml_node_t *pairs, *list;
};

static void read_node(struct yaml_file *file, const yaml_node_t *node, void *out)
{
    (void)file;
    *(const yaml_node_t **)out = node;
}

static const struct yaml_field fields[] = {
    {"name", yaml_read_text, offsetof(struct thing, name)},
    {"limit", yaml_read_integer, offsetof(struct thing, limit)},
    {"pairs", read_node, offsetof(struct thing, pairs)},
    {"list", read_node, offsetof(struct thing, list)},
};

static void collect(const char *text, void *arg)
{
    buf_puts(arg, text);
    buf_puts(arg, "\n");
}

static void put_pair(struct yaml_file *file, const struct yaml_text *key,
                     const struct yaml_text *value, void *arg)
{
    (void)file;
    buf_printf(arg, "%s=%s;", key->text, value->text);
}

static void put_item(struct yaml_file *file, const yaml_node_t *item, void *arg)
{
    struct yaml_text text = {.text = "?"};
    yaml_read_text(file, item, &text);
    buf_printf(arg, "%s,", text.text);
}

/* What is read of a text, as one line, and its errors, one a line. */
static void read_thing(const char *text, size_t length, struct buf *out, struct buf *errors)
{
    SCRATCH_ARENA(arena);
    struct yaml_file file = {.name = "f",
                             .text = text,
                             .length = length,
                             .report = collect,
                             .arg = errors,
                             .arena = arena};
    struct thing thing = {.limit = -1};
    buf_puts(out, "");
    buf_puts(errors, "");
    if (yaml_file_open(&file) == 0) {
        yaml_read_mapping(&file, yaml_file_root(&file), "a thing", fields, 4, &thing);
        buf_printf(out, "%s %lld ", thing.name.text ? thing.name.text : "-",
                   (long long)thing.limit);
        yaml_read_pairs(&file, thing.pairs, "'pairs'", put_pair, out);
        yaml_read_list(&file, thing.list, "'list'", put_item, out);
    }
    yaml_file_close(&file);
}

struct reading {
    const char *text, *read, *errors;
};

static void check(const struct reading *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buf out = {0}, errors = {0};
        read_thing(table[i].text, strlen(table[i].text), &out, &errors);
        if (strcmp(out.data, table[i].read) != 0 || strcmp(errors.data, table[i].errors) != 0)
            fail_msg("%s\n gives '%s'\n%s", table[i].text, out.data, errors.data);
        buf_free(&out);
        buf_free(&errors);
    }
}

#define CHECK(...)                                                                                 \
    check((const struct reading[]){__VA_ARGS__},                                                   \
          sizeof((const struct reading[]){__VA_ARGS__}) / sizeof(struct reading))

static void reads(void **state)
{
    (void)state;
    CHECK({"name: x\nlimit: 7\npairs: {a: 1, b: }\nlist: [p, \"q\"]\n", "x 7 a=1;b=;p,q,", ""},
          {"", "- -1 ", ""}, {"# nothing\n", "- -1 ", ""}, {"name:\nlimit: ~\n", "- -1 ", ""},
          {"name: null\n", "- -1 ", ""}, {"name: \"null\"\n", "null -1 ", ""},
          {"name: 5\nlimit: 0x10\n", "5 16 ", ""}, {"{\"name\": \"json\"}", "json -1 ", ""},
          {"name: a\n---\nname: [second document]\n", "a -1 ", ""},
          /* A byte order mark is no part of the first line. */
          {"\xef\xbb\xbfname: a\nlimit: 7\n", "a 7 ", ""},
          {"list: &l [a]\npairs: &p {x: *n, y: &n z}\n", "",
           "f:2:15: no valid YAML: found undefined alias\n"},
          {"name: &n q\npairs: {x: *n}\nlist: [*n, *n]\n", "q -1 x=q;q,q,", ""},
          {"pairs:\n  <<: {a: 1, b: 2}\n  b: 3\n", "- -1 b=3;a=1;", ""},
          {"pairs:\n  <<: [{a: 1}, {a: 2, c: 4}]\n", "- -1 a=1;c=4;", ""});
}

static void refuses(void **state)
{
    (void)state;
    CHECK({"nam: x\nlimt: 3\nq: 1\n", "- -1 ",
           "f:1:1: unknown field 'nam' in a thing (did you mean 'name'?)\n"
           "f:2:1: unknown field 'limt' in a thing (did you mean 'limit'?)\n"
           "f:3:1: unknown field 'q' in a thing\n"},
          {"name: a\nname: b\n", "a -1 ",
           "f:2:1: 'name' stands here for the second time (first in line 1)\n"},
          {"pairs: {a: 1, a: 2}\n", "- -1 a=1;",
           "f:1:15: 'a' stands here for the second time (first in line 1)\n"},
          {"[1]\n", "- -1 ", "f:1:1: a thing must be a mapping, not a list\n"},
          {"name: [1]\nlimit: {a: 1}\n", "- -1 ",
           "f:1:7: a text must stand here, not a list\n"
           "f:2:8: a text must stand here, not a mapping\n"},
          {"limit: 1.5\n", "- -1 ", "f:1:8: a whole number must stand here, not '1.5'\n"},
          {"limit: \"5\"\n", "- -1 ", "f:1:8: a whole number must stand here, not '5'\n"},
          {"limit: 99999999999999999999\n", "- -1 ",
           "f:1:8: a whole number must stand here, not '99999999999999999999'\n"},
          {"pairs: x\nlist: y\n", "- -1 ",
           "f:1:8: 'pairs' must be a mapping, not a text\n"
           "f:2:7: 'list' must be a list, not a text\n"},
          {"pairs: {[a]: 1, c: [d]}\n", "- -1 ",
           "f:1:9: a text must stand here, not a list\n"
           "f:1:20: a text must stand here, not a list\n"},
          {"name: \"a\\0b\"\n", "- -1 ", "f:1:7: the text holds a NUL character\n"},
          {"pairs:\n  <<: 5\n", "- -1 ", "f:2:7: '<<' must name a mapping, not a text\n"},
          {"name: x\n\tlimit: 1\n", "",
           "f:2:1: no valid YAML: found a tab character that violates indentation\n"},
          {"name: \"x\n", "", "f:2:1: no valid YAML: found unexpected end of stream\n"},
          {"name: \xff\n", "", "f:1:1: no valid YAML: invalid leading UTF-8 octet, at byte 6\n"},
          {"\xef\xbb\xbf@: 1\n", "",
           "f:1:1: no valid YAML: found character that cannot start any token\n"});
}

/* What costs more than it looks is stopped with one error, and so is an endless row of errors. */
static void bounds(void **state)
{
    (void)state;
    struct buf text = {0}, out = {0}, errors = {0};

    buf_puts(&text, "pairs: &p\n  <<: *p\n  a: 1\n");
    read_thing(text.data, text.length, &out, &errors);
    assert_string_equal(errors.data, "f:1:8: '<<' within '<<' more than 8 deep\n");

    text.length = out.length = errors.length = 0;
    buf_puts(&text, "limit: 1\nlist:\n  - &a ");
    for (int i = 0; i < 100000; i++)
        buf_puts(&text, "0123456789");
    for (int i = 0; i < 100; i++)
        buf_puts(&text, "\n  - *a");
    read_thing(text.data, text.length, &out, &errors);
    assert_string_equal(errors.data, "f:3:5: too much to read: aliases make more than 1000000 "
                                     "nodes or 16777216 bytes of it\n");

    text.length = out.length = errors.length = 0;
    for (int i = 0; i < 1000; i++)
        buf_printf(&text, "x%d: 1\n", i);
    read_thing(text.data, text.length, &out, &errors);
    size_t lines = 0;
    for (const char *c = errors.data; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, YAML_MAX_ERRORS + 1);
    assert_non_null(strstr(errors.data, "f: further errors are not shown\n"));

    text.length = out.length = errors.length = 0;
    for (int i = 0; i < 200000; i++)
        buf_puts(&text, "[");
    read_thing(text.data, text.length, &out, &errors);
    assert_string_equal(errors.data, "f:1:65: too many levels\n");

    text.length = out.length = errors.length = 0;
    for (int i = 0; i < 300000; i++)
        buf_printf(&text, "- &a%d x\n", i);
    read_thing(text.data, text.length, &out, &errors);
    assert_string_equal(errors.data, "f:1001:3: too many anchors\n");

    errors.length = 0;
    read_thing(text.data, (size_t)YAML_MAX_BYTES + 1, &out, &errors);
    assert_string_equal(errors.data,
                        "f:1:1: the file has 8388609 bytes, more than 8388608 are not read\n");
    buf_free(&text);
    buf_free(&out);
    buf_free(&errors);
}

/* Shows where byte `offset` of the value of "name" stands. */
static void check_place(const char *text, size_t offset, const char *expected)
{
    SCRATCH_ARENA(arena);
    struct buf errors = {0};
    struct yaml_file file = {.name = "f",
                             .text = text,
                             .length = strlen(text),
                             .report = collect,
                             .arg = &errors,
                             .arena = arena};
    struct thing thing = {0};
    assert_int_equal(yaml_file_open(&file), 0);
    yaml_read_mapping(&file, yaml_file_root(&file), "a thing", fields, 4, &thing);
    yaml_error_within(&file, thing.name.node, offset, "here");
    if (strcmp(errors.data, expected) != 0)
        fail_msg("%s\n%s", text, errors.data);
    yaml_file_close(&file);
    buf_free(&errors);
}

static void places(void **state)
{
    (void)state;
    check_place("name: abc def\n", 4, "f:1:11: here\n    name: abc def\n              ^\n");
    check_place("name: abc  \n", 3, "f:1:10: here\n    name: abc  \n             ^\n");
    check_place("  name:  'it''s x'\n", 5,
                "f:1:17: here\n    name:  'it''s x'\n                  ^\n");
    check_place("name: \"a b\"\n", 2, "f:1:10: here\n    name: \"a b\"\n             ^\n");
    check_place("name: \"a\\tb\"\n", 2, "f:1:7: here\n    name: \"a\\tb\"\n          ^\n");
    check_place("name: |\n    first\n      second x\n", 8, "f:3:7: here\n    second x\n    ^\n");
    check_place("name: |\n    first\n      second x\n", 5, "f:2:10: here\n    first\n         ^\n");
    check_place("name: >2- # note\n  one\n  two\n\n  three\n", 8,
                "f:5:3: here\n    three\n    ^\n");
    check_place("name: one\n  two\n  three\n", 8, "f:3:3: here\n    three\n    ^\n");
    check_place("name: |\n  äö x\n", 5, "f:2:6: here\n    äö x\n       ^\n");
    check_place("name: |-\n\n\n  x\n", 2, "f:4:3: here\n    x\n    ^\n");
    check_place("name: &a !!str abc\n", 2, "f:1:7: here\n    name: &a !!str abc\n          ^\n");
}

static void long_lines(void **state)
{
    (void)state;
    struct buf text = {0}, out = {0};
    for (int i = 0; i < 400; i++)
        buf_puts(&text, "0123456789");
    struct yaml_place place = {.line = 1, .column = 2001, .byte = 2000};
    yaml_place_show(text.data, text.length, place, &out);
    const char *caret = strrchr(out.data, '\n');
    assert_true(out.length < 300);
    assert_int_equal(strlen(caret), 1 + 4 + 55 + 1);
    assert_int_equal(out.data[1 + 4 + 55], '0');
    buf_free(&text);
    buf_free(&out);
}

static void suggests(void **state)
{
    (void)state;
    static const char *const names[] = {"interval", "limit", "keep_firing_for", "for"};
    static const struct {
        const char *text, *meant;
    } table[] = {{"intervall", "interval"},
                 {"inetrval", "interval"},
                 {"keep_fireing_for", "keep_firing_for"},
                 {"limits", "limit"},
                 {"fro", "for"},
                 {"colour", NULL},
                 {"", NULL},
                 {"x", NULL}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *meant = yaml_suggest(table[i].text, names, 4, sizeof *names);
        if (table[i].meant)
            assert_string_equal(meant, table[i].meant);
        else
            assert_null(meant);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),  cmocka_unit_test(refuses),    cmocka_unit_test(bounds),
        cmocka_unit_test(places), cmocka_unit_test(long_lines), cmocka_unit_test(suggests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
