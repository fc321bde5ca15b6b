/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "core/buf.h"
#include "probes/mailindex_confirm.h"
#include "tests/probes/tree.h"

#define MAIL "/a/cur/1.M1P1.h,S=6,W=8:2,S"

static void judged(const struct mailindex_judged *judged, void *arg)
{
    static const char *const names[] = {"sound",      "suspect", "damaged",
                                        "unreadable", "busy",    "unverified"};
    struct buf *out = arg;
    buf_printf(out, "%s %s", judged->mailbox->name, names[judged->judgement]);
    for (const struct mailindex_found *f = judged->result->first; f; f = f->next)
        buf_printf(out, " %s:%s", f->finding.rule, mailindex_verdict_name(f->finding.verdict));
    buf_puts(out, "\n");
}

struct store {
    struct tree tree;
    struct mailindex_io io;
    struct mailindex_confirm *confirm;
    struct buf out;
};

/* A maildir with one mail of 6 bytes; and a first look at it. */
static void look(struct store *store, const char *content, int64_t delay_ms)
{
    struct mailindex_walk *walk;
    struct mailindex_mailbox mailbox;
    struct error e = {0};

    *store = (struct store){0};
    tree_make(&store->tree);
    tree_file(&store->tree, MAIL, content);
    tree_file(&store->tree, "/a/new/.keep", "");
    tree_file(&store->tree, "/a/dovecot-uidlist", "3 V1 N2\n1 :1.M1P1.h,S=6,W=8\n");
    struct mailindex_confirm_options options = {
        .look = {.io = &store->io}, .delay_ms = delay_ms, .judged = judged, .arg = &store->out};
    store->confirm = mailindex_confirm_new(&options);
    buf_puts(&store->out, "");
    struct mailindex_walk_options walking = {.io = &store->io};
    assert_int_equal(mailindex_walk_directory(store->tree.path, &walking, &walk, &e), 0);
    while (mailindex_walk_next(walk, &mailbox) > 0)
        mailindex_confirm_add(store->confirm, &mailbox);
    mailindex_walk_free(&walk);
}

static void expect(struct store *store, const char *expected)
{
    mailindex_confirm_finish(store->confirm);
    assert_string_equal(store->out.data, expected);
    mailindex_confirm_free(&store->confirm);
    tree_remove(&store->tree);
    buf_free(&store->out);
}

static void tells_what_stays(void **state)
{
    struct store store;
    (void)state;
    look(&store, "body\n\n", 0);
    expect(&store, "INBOX sound\n");
    look(&store, "body", 0);
    expect(&store, "INBOX damaged M03:damaged\n");
    look(&store, "body", 200);
    assert_string_equal(store.out.data, ""); /* not yet */
    expect(&store, "INBOX damaged M03:damaged\n");
}

static void says_nothing_of_what_is_gone(void **state)
{
    struct store store;
    (void)state;
    look(&store, "bo", 200);
    tree_file(&store.tree, MAIL, "body\n\n");
    expect(&store, "INBOX sound\n");
    look(&store, "bo", 200);
    tree_drop(&store.tree, MAIL);
    expect(&store, "INBOX sound\n");
}

/* Another finding at the second look has to be confirmed itself. */
static void starts_anew_with_another_finding(void **state)
{
    struct store store;
    (void)state;
    look(&store, "bo", 200);
    tree_file(&store.tree, MAIL, "bod"); /* differs at another byte */
    expect(&store, "INBOX damaged M03:damaged\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_stays),
        cmocka_unit_test(says_nothing_of_what_is_gone),
        cmocka_unit_test(starts_anew_with_another_finding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
