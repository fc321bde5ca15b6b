/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/dovecot_uidlist.h"
#include "tests/probes/mailindex_findings.h"

#define HEADER "3 V1795286034 N316 G7082bf3412e4016b6714000083ecc375\n"

static void print(const struct dovecot_uidlist *list, struct buf *out)
{
    buf_printf(out, "V%u N%u", list->uid_validity, list->next_uid);
    for (size_t i = 0; i < list->count; i++) {
        const struct dovecot_uidlist_entry *entry = &list->entries[i];
        buf_printf(out, " %u:%.*s", entry->uid, (int)entry->name_length, entry->name);
        if (entry->size >= 0 || entry->vsize >= 0)
            buf_printf(out, "(%lld,%lld)", (long long)entry->size, (long long)entry->vsize);
    }
}

static void reads_lists(void **state)
{
    static const struct {
        const char *text, *list, *findings;
    } cases[] = {
        {HEADER, "V1795286034 N316", ""},
        {HEADER "1 :a,S=1\n2 S9 W10 Px Gy :b\n", "V1795286034 N316 1:a,S=1 2:b(9,10)", ""},
        {HEADER "400 :a\n", "V1795286034 N401 400:a", ""},
        {"3 V1 N2 X9\n1 :a\n", "V1 N2 1:a", ""},
        {"1 2 3\n1 a\n", "V0 N0", ""}, /* of an old version */
        {"", "V0 N0", "U01@0"},
        {"3 V1\n1 :a\n", "V1 N0", "U01@0"},
        {"3 V1 N2 Gshort\n", "V1 N2", "U01@0"},
        {"3 V99999999999 N2\n", "V0 N0", "U01@0"},
        {"hello\n", "V0 N0", "U01@0"},
        {"3 V1 N9\n1 :a\n2 :b", "V1 N9 1:a", "U02@13"},
        {"3 V1 N9\n2 :a\n2 :b\n3 :c\n", "V1 N9 2:a 3:c", "U04@13"},
        {"3 V1 N9\n1 :a\nx\n3 :c\n", "V1 N9 1:a 3:c", "U03@13"},
        {"3 V1 N9\n1 a\n", "V1 N9", "U03@8"},
        {"3 V1 N9\n1 :\n", "V1 N9", "U03@8"},
        {"3 V1 N9\n1 :a/b\n", "V1 N9", "U03@8"},
        {"3 V1 N9\n4294967295 :a\n", "V1 N9", "U03@8"},
        {"3 V1 N9\n99999999999 :a\n", "V1 N9", "U03@8"},
        {"3 V1 N9\n0 :a\n", "V1 N9", "U03@8"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SCRATCH_ARENA(arena);
        struct buf findings = {0}, out = {0};
        struct mailindex_sink sink = findings_into(&findings);
        struct dovecot_uidlist list;
        dovecot_uidlist_parse("l", cases[i].text, strlen(cases[i].text), arena, &list, &sink);
        print(&list, &out);
        assert_string_equal(out.data, cases[i].list);
        assert_string_equal(findings.data, cases[i].findings);
        buf_free(&findings);
        buf_free(&out);
    }
}

static void finds_entries(void **state)
{
    SCRATCH_ARENA(arena);
    static const char text[] = "3 V1 N9\n1 :a\n3 :b\n7 :c\n";
    struct buf findings = {0};
    struct mailindex_sink sink = findings_into(&findings);
    struct dovecot_uidlist list;
    (void)state;

    dovecot_uidlist_parse("l", text, sizeof text - 1, arena, &list, &sink);
    for (uint32_t uid = 0; uid < 10; uid++) {
        const struct dovecot_uidlist_entry *entry = dovecot_uidlist_find(&list, uid);
        assert_int_equal(entry != NULL, uid == 1 || uid == 3 || uid == 7);
        if (entry)
            assert_int_equal(entry->uid, uid);
    }
    buf_free(&findings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_lists),
        cmocka_unit_test(finds_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
