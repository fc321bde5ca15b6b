/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "probes/cyrus_header.h"
#include "tests/probes/cyrus_make.h"

#define MAGIC                                                                                      \
    "\241\002\213\015Cyrus mailbox header\n"                                                       \
    "\"The best thing about this system was that it had lots of goals.\"\n"                        \
    "\t--Jim Morris on Andrew\n"

static const struct {
    const char *text, *name, *flags, *rules;
} cases[] = {
    {MAGIC "%(T e N user.x I abc A %(x lrs y \"a b\") U (Work $label1))\n", "user.x",
     "Work $label1 ", ""},
    {MAGIC "%(T e N \"a \\\"b\" I abc A %(x lrs))\n", "a \"b", "", ""},
    {MAGIC "%(N {6+}\r\nuser.x U (NIL Work))\n", "user.x", "- Work ", ""},
    {MAGIC "user.x\tabc\nWork  $label1\nx\tlrs\t\n", "", "Work - $label1 ", ""},
    {MAGIC "\n\nx\tlrs\t\n", "", "", ""},
    {MAGIC "user.x\tabc\nWork", "", "", "Y09 "},
    {MAGIC "%(T e N user.x I abc", "user.x", "", "Y09 "},
    {MAGIC "%(T e N user.x A %(((((", "user.x", "", "Y09 "},
    {MAGIC "%(", "", "", "Y09 "},
    {MAGIC, "", "", "Y09 "},
    {"\241\002\213\015Cyrus mailbox heade", "", "", "Y09 "},
    {"", "", "", "Y09 "},
};

static void test_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        struct cyrus_header header;
        struct cyrus_found found = {0};
        struct mailindex_sink sink = cyrus_sink(&found);
        char flags[128] = "";

        cyrus_header_parse("cyrus.header", cases[i].text, strlen(cases[i].text), arena, &header,
                           &sink);
        for (int n = CYRUS_USER_FLAGS; n-- > 0;)
            if (header.flags.names[n] || flags[0]) {
                char rest[100];
                snprintf(rest, sizeof rest, "%.99s", flags);
                snprintf(flags, sizeof flags, "%s %s",
                         header.flags.names[n] ? header.flags.names[n] : "-", rest);
            }
        assert_string_equal(found.rules, cases[i].rules);
        assert_string_equal(header.name ? header.name : "", cases[i].name);
        assert_string_equal(flags, cases[i].flags);
    }
}

static void test_crc(void **state)
{
    SCRATCH_ARENA(arena);
    const char *text = cases[0].text;
    struct cyrus_header header;
    struct cyrus_found found = {0};
    struct mailindex_sink sink = cyrus_sink(&found);
    struct cyrus_index index = {0};

    (void)state;
    assert_true(cyrus_header_parse("cyrus.header", text, strlen(text), arena, &header, &sink));
    cyrus_header_verify("cyrus.header", strlen(text), &header, &index, &sink); /* not known */
    index.header_file_crc = header.crc;
    cyrus_header_verify("cyrus.header", strlen(text), &header, &index, &sink);
    assert_string_equal(found.rules, "");
    index.header_file_crc ^= 1;
    cyrus_header_verify("cyrus.header", strlen(text), &header, &index, &sink);
    assert_string_equal(found.rules, "Y08 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_forms), cmocka_unit_test(test_crc)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
