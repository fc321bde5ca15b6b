/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "probes/dovecot_location.h"

static void put(struct buf *out, const char *name, const char *value)
{
    if (value)
        buf_printf(out, " %s=%s", name, value);
}

static void print(const struct dovecot_location *l, struct buf *out)
{
    buf_printf(out, "%s %s %s", dovecot_format_name(l->format),
               l->layout == DOVECOT_LAYOUT_FS ? "fs" : "++", l->root);
    put(out, "index", l->index);
    put(out, "control", l->control);
    put(out, "alt", l->alt);
    if (l->index_in_memory)
        buf_puts(out, " memory");
    if (strcmp(l->index_name, "dovecot.index") != 0)
        put(out, "name", l->index_name);
    if (l->format != DOVECOT_MAILDIR &&
        (strcmp(l->mailboxes, "mailboxes") != 0 || strcmp(l->mailbox_folder, "dbox-Mails") != 0))
        buf_printf(out, " %s/*/%s", l->mailboxes, l->mailbox_folder);
}

static void reads_locations(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"maildir:/v/a", "maildir ++ /v/a"},
        {"maildir:~/Maildir/", "maildir ++ /h/Maildir"},
        {"maildir:~", "maildir ++ /h"},
        {"maildir:~/M:INDEX=/i/a:CONTROL=/c/a", "maildir ++ /h/M index=/i/a control=/c/a"},
        {"maildir:/v/a:LAYOUT=fs:UTF-8", "maildir fs /v/a"},
        {"maildir:/v/a:INDEX=MEMORY", "maildir ++ /v/a memory"},
        {"maildir:/v/a::b", "maildir ++ /v/a:b"},
        {"sdbox:/v/a:ALT=/alt/a", "sdbox fs /v/a alt=/alt/a"},
        {"dbox:/v/a", "sdbox fs /v/a"},
        {"mdbox:/v/a:INDEX=~/i:INDEXNAME=x.index", "mdbox fs /v/a index=/h/i name=x.index"},
        {"mdbox:/v/a:DIRNAME=mBoX-MeSsAgEs", "mdbox fs /v/a mailboxes/*/mBoX-MeSsAgEs"},
        {"maildir:relative", "'relative' is no absolute path"},
        {"maildir:/v/a:INDEX=x", "'x' is no absolute path"},
        {"maildir:/v/a:LAYOUT=index", "LAYOUT=index is not known (maildir++, fs)"},
        {"mbox:/v/a", "'mbox:/v/a' is no mail location (maildir:, sdbox:, mdbox:)"},
        {"maildir:", "'' is no absolute path"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        struct dovecot_location location;
        struct error e = {0};
        struct buf out = {0};
        if (dovecot_location_parse(cases[i].text, "/h", arena, &location, &e) < 0)
            buf_puts(&out, e.text);
        else
            print(&location, &out);
        assert_string_equal(out.data, cases[i].expected);
        buf_free(&out);
    }
}

static void makes_patterns(void **state)
{
    static const struct {
        const char *template, *expected;
    } cases[] = {
        {"/var/vmail/%d/%n", "/var/vmail/*/*"},
        {"/v/%Lu/Maildir", "/v/*/Maildir"},
        {"/v/%2.1n%d/x", "/v/*/x"},
        {"/v/%{domain}/%{user}", "/v/*/*"},
        {"/v/%{user|username}", "/v/*"},
        {"/v/100%%/[a]?", "/v/100%/\\[a\\]\\?"},
        {"/plain", "/plain"},
        {"/v/%x", NULL},
        {"/v/%", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        const char *pattern = NULL;
        struct error e = {0};
        int code = dovecot_location_pattern(cases[i].template, arena, &pattern, &e);
        assert_int_equal(code < 0, !cases[i].expected);
        if (cases[i].expected)
            assert_string_equal(pattern, cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_locations),
        cmocka_unit_test(makes_patterns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
