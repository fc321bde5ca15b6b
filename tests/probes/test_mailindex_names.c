/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probes/mailindex_names.h"

static void passes_by(void **state)
{
    static const struct {
        const char *name;
        bool in_maildir, passed_by;
    } table[] = {
        {"..", false, true},       {".snapshot", false, true}, {"lost+found", true, true},
        {"cur", true, true},       {"cur", false, false},      {"new", true, true},
        {".Archive", true, false}, {"snapshot", true, false},  {"INBOX", false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(mailindex_is_passed_by(table[i].name, table[i].in_maildir),
                         table[i].passed_by);
}

static void names(void **state)
{
    static const char *const table[][3] = {
        {"mailboxes/INBOX", "mailboxes", "INBOX"},
        {"mailboxes/a/b", "mailboxes", "a/b"},
        {"mailboxes", "mailboxes", "mailboxes"},
        {"mailboxesX/a", "mailboxes", "mailboxesX/a"},
        {".Archive", "", ".Archive"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_string_equal(mailindex_name_of(table[i][0], table[i][1]), table[i][2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_by),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
