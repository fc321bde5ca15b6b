/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "probes/dovecot_settings.h"

static void composes_one_location(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"mail_location = maildir:/v/%d/%n\nmail_home = \n", "maildir:/v/%d/%n"},
        {"mail_location = maildir:~/Maildir:INDEX=~/i\nmail_home = /h/%n\n",
         "maildir:/h/%n/Maildir:INDEX=/h/%n/i"},
        {"mail_home = /h/%u\nmail_location = mdbox:%h/m\n", "mdbox:/h/%u/m"},
        {"mail_location = maildir:~\nmail_home = /h/%u\n", "maildir:/h/%u"},
        {"mail_location = maildir:/v/a~b\n", "maildir:/v/a~b"},
        {"mail_driver = sdbox\nmail_path = ~/sdbox\nmail_home = /h/%{user}\n"
         "mail_index_path = /i/%{user}\nmail_control_path = /c\nmail_alt_path = /a\n"
         "mailbox_list_layout = fs\n",
         "sdbox:/h/%{user}/sdbox:INDEX=/i/%{user}:CONTROL=/c:ALT=/a:LAYOUT=fs"},
        {"mail_driver = maildir\r\nmail_path = /v/%{user}\r\nmail_index_path = \r\n",
         "maildir:/v/%{user}"},
        /* What is of no use. */
        {"mail_location = \nmail_home = \n", "Dovecot's configuration says no mail location"},
        {"", "Dovecot's configuration says no mail location"},
        {"mail_location = mbox:~/mail\n",
         "Dovecot's mail is at 'mbox:~/mail': only maildir, sdbox and mdbox are verified"},
        {"mail_location = maildir:~/M\nmail_home =\n",
         "Dovecot's mail is at 'maildir:~/M', and where homes are only its user database knows: "
         "set probes.mailindex.stores"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        const char *location;
        struct error e = {0};
        int code = dovecot_settings_location(cases[i].text, arena, &location, &e);
        assert_string_equal(code < 0 ? e.text : location, cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(composes_one_location)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
