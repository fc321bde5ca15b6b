/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/maildir_name.h"

static void reads_names(void **state)
{
    static const struct {
        const char *name;
        size_t base;
        int64_t size, vsize;
        uint8_t flags;
        uint32_t keywords;
        bool said;
    } cases[] = {
        {"1.M2P3.vm,S=943,W=963:2,FS", 21, 943, 963, MAILDIR_FLAGGED | MAILDIR_SEEN, 0, true},
        {"1.M2P3.vm,S=943,W=963:2,abz", 21, 943, 963, 0, 1 | 2 | 1 << 25, true},
        {"1.M2P3.vm,S=943,W=963", 21, 943, 963, 0, 0, false},
        {"1.M2P3.vm,W=963,S=5:2,DRST", 19, 5, 963, 0x1d, 0, true},
        {"1.M2P3.vm:2,", 9, -1, -1, 0, 0, true},
        {"1.M2P3.vm:1,S", 9, -1, -1, 0, 0, false},
        {"1.M2P3.vm,S=9x:2,S", 14, -1, -1, MAILDIR_SEEN, 0, true},
        {"1.M2P3.vm,S=99999999999999999999:2,S", 32, -1, -1, MAILDIR_SEEN, 0, true},
        {"1.M2P3.vm:2,S,S=4", 9, -1, -1, MAILDIR_SEEN, 0, true},
        {"", 0, -1, -1, 0, 0, false},
        {",S=", 3, -1, -1, 0, 0, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct maildir_name name;
        maildir_name_parse(cases[i].name, strlen(cases[i].name), &name);
        assert_int_equal(name.base, cases[i].base);
        assert_int_equal(name.size, cases[i].size);
        assert_int_equal(name.vsize, cases[i].vsize);
        assert_int_equal(name.flags, cases[i].flags);
        assert_int_equal(name.keywords, cases[i].keywords);
        assert_int_equal(name.flags_said, cases[i].said);
    }
}

static void reads_keywords(void **state)
{
    char sound[] = "0 NonJunk\n1 $Forwarded\n25 x y\n";
    char odd[] = "0 a\n26 too far\nx\n0 again\n1 cut";
    struct maildir_keywords keywords;
    (void)state;

    maildir_keywords_parse(sound, sizeof sound - 1, &keywords);
    assert_string_equal(keywords.names[0], "NonJunk");
    assert_string_equal(keywords.names[1], "$Forwarded");
    assert_string_equal(keywords.names[25], "x y");
    assert_null(keywords.names[2]);
    assert_int_equal(keywords.bad_lines, 0);

    maildir_keywords_parse(odd, sizeof odd - 1, &keywords);
    assert_string_equal(keywords.names[0], "a");
    assert_int_equal(keywords.bad_lines, 4);
    assert_int_equal(keywords.bad_offset, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_names),
        cmocka_unit_test(reads_keywords),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
