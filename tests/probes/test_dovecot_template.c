/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "probes/dovecot_template.h"

/* Where template and path lead: "ROOT INDEX CONTROL ALT", "" for no user's, else the error. */
static const char *place(const char *template, const char *path, struct arena *arena)
{
    struct dovecot_location l;
    struct error e = {0};
    int code = dovecot_template_location(template, path, arena, &l, &e);

    if (code <= 0)
        return code ? arena_strdup(arena, e.text) : "";
    return arena_printf(arena, "%s %s %s %s", l.root, l.index ? l.index : "-",
                        l.control ? l.control : "-", l.alt ? l.alt : "-");
}

static void finds_the_parts_of_a_user(void **state)
{
    static const struct {
        const char *template, *path, *expected;
    } cases[] = {
        {"maildir:/v/%d/%n", "/v/x.org/a", "/v/x.org/a - - -"},
        {"maildir:/v/%d/%n:INDEX=/i/%u:CONTROL=/c/%n/%d", "/v/x.org/a",
         "/v/x.org/a /i/a@x.org /c/a/x.org -"},
        {"sdbox:/v/%u:ALT=/alt/%d/%1n/%n", "/v/anna@x", "/v/anna@x - - /alt/x/a/anna"},
        {"mdbox:/v/%1n/%n/mdbox:INDEX=/i/%2.2n", "/v/a/anna/mdbox", "/v/a/anna/mdbox /i/na - -"},
        {"maildir:/v/%{user}:INDEX=/i/%{user|domain}", "/v/a@x", "/v/a@x /i/x - -"},
        {"maildir:/v/%n@%d/M:INDEX=/i/%Ud", "/v/a@b/M", "/v/a@b/M /i/B - -"},
        {"maildir:/v/%n/%n:INDEX=/i/%n", "/v/a/a", "/v/a/a /i/a - -"},
        {"maildir:/v/100%%/%u", "/v/100%/a", "/v/100%/a - - -"},
        /* No user's. */
        {"maildir:/v/%n/%n:INDEX=/i/%n", "/v/a/b", ""},
        {"maildir:/v/%d/%n", "/v/x", ""},
        {"maildir:/v/%d/%n", "/v/x/a/b", ""},
        {"maildir:/v/%u/Maildir", "/v/a/maildir", ""},
        /* What cannot be known. */
        {"maildir:/v/%n:INDEX=/i/%d", "/v/a", "the path of a user's mail does not tell %d"},
        {"maildir:/v/%n:INDEX=/i/%2.256Nn/%n", "/v/a",
         "the path of a user's mail does not tell %2.256Nn"},
        {"maildir:/v/%Hu:INDEX=/i/%u", "/v/1", "the path of a user's mail does not tell %u"},
        {"maildir:/v/%u:INDEX=/i/%x", "/v/a", "'%x' is no variable of a user (%u, %n, %d)"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        assert_string_equal(place(cases[i].template, cases[i].path, arena), cases[i].expected);
    }
}

static void gives_up_what_would_take_for_ever(void **state)
{
    SCRATCH_ARENA(arena);
    char path[220] = "/v/";
    (void)state;
    memset(path + 3, 'a', sizeof path - 4);
    assert_string_equal(place("maildir:/v/%1n%1n%1n%1n%1n%1n%1n%1n%1n%1n%1nb", path, arena), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_parts_of_a_user),
        cmocka_unit_test(gives_up_what_would_take_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
