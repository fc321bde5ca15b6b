/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "probes/mailindex_walk.h"
#include "tests/probes/tree.h"

struct seen {
    const char *root;
    char *lines[100];
    size_t count;
};

__attribute__((format(printf, 2, 3))) static void add(struct seen *seen, const char *format, ...)
{
    struct buf line = {0};
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buf_puts(&line, text);
    seen->lines[seen->count++] = line.data;
}

/* Without the path of the temporary directory. */
static const char *below(const struct seen *seen, const char *path)
{
    size_t length = strlen(seen->root);
    return strncmp(path, seen->root, length) == 0 ? path + length : path;
}

static void unreadable(const char *path, const char *why, void *arg)
{
    struct seen *seen = arg;
    add(seen, "! %s: %s", below(seen, path), why);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All that a walk gives, a line each, sorted. */
static void walk_all(struct mailindex_walk *walk, struct seen *seen, struct buf *out)
{
    static const char *const formats[] = {"maildir", "sdbox", "mdbox", "storage", "list", "index"};
    struct mailindex_mailbox mailbox;

    while (mailindex_walk_next(walk, &mailbox) > 0)
        add(seen, "%s %s '%s'%s%s%s", formats[mailbox.format], below(seen, mailbox.store),
            mailbox.name, mailbox.index.fd < 0 ? " no-index" : "",
            mailbox.index.fd >= 0 && mailbox.index.fd != mailbox.mail.fd ? " " : "",
            mailbox.index.fd >= 0 && mailbox.index.fd != mailbox.mail.fd
                ? below(seen, mailbox.index.path)
                : "");
    qsort(seen->lines, seen->count, sizeof *seen->lines, by_text);
    for (size_t i = 0; i < seen->count; i++) {
        buf_printf(out, "%s\n", seen->lines[i]);
        free(seen->lines[i]);
    }
}

static char *walk_directory(const struct tree *tree, const char *path)
{
    struct mailindex_io io = {0};
    struct seen seen = {.root = tree->path};
    struct mailindex_walk_options options = {.io = &io, .unreadable = unreadable, .arg = &seen};
    struct mailindex_walk *walk;
    struct error e = {0};
    char full[256];
    struct buf out = {0};

    snprintf(full, sizeof full, "%s%s", tree->path, path);
    buf_puts(&out, "");
    if (mailindex_walk_directory(full, &options, &walk, &e) < 0)
        buf_puts(&out, error_name(e.code));
    else
        walk_all(walk, &seen, &out);
    mailindex_walk_free(&walk);
    return out.data;
}

static char *walk_location(const struct tree *tree, const char *format, const char *root)
{
    SCRATCH_ARENA(arena);
    struct mailindex_io io = {0};
    struct seen seen = {.root = tree->path};
    struct mailindex_walk_options options = {.io = &io, .unreadable = unreadable, .arg = &seen};
    struct mailindex_walk *walk;
    struct dovecot_location location;
    struct error e = {0};
    char text[512];
    struct buf out = {0};

    snprintf(text, sizeof text, "%s:%s%s:INDEX=%s/i", format, tree->path, root, tree->path);
    assert_int_equal(dovecot_location_parse(text, NULL, arena, &location, &e), 0);
    assert_int_equal(mailindex_walk_location(&location, &options, &walk, &e), 0);
    walk_all(walk, &seen, &out);
    mailindex_walk_free(&walk);
    return out.data;
}

#define GIVES(call, expected)                                                                      \
    do {                                                                                           \
        char *given = (call);                                                                      \
        assert_string_equal(given, expected);                                                      \
        free(given);                                                                               \
    } while (0)

static void maildir(const struct tree *tree, const char *path)
{
    static const char *const parts[] = {"cur", "new", "tmp"};
    for (int i = 0; i < 3; i++) {
        char name[256];
        snprintf(name, sizeof name, "%s/%s/.keep", path, parts[i]);
        tree_file(tree, name, "");
    }
}

static void finds_maildirs(void **state)
{
    struct tree tree;
    (void)state;
    tree_make(&tree);
    maildir(&tree, "/v/a");
    maildir(&tree, "/v/a/.Sent");
    maildir(&tree, "/v/a/.Archive.2024");
    maildir(&tree, "/v/a/folder/deep"); /* LAYOUT=fs */
    tree_file(&tree, "/v/a/.NoSelect/x", "");
    tree_file(&tree, "/v/a/dovecot.list.index.log", "");
    tree_link(&tree, "/v/a/.out", "/etc");
    tree_link(&tree, "/v/a/.twice", ".Sent");
    maildir(&tree, "/v/b");
    tree_file(&tree, "/v/file", "");
    maildir(&tree, "/v/.snapshot/b");
    tree_file(&tree, "/i/.INBOX/dovecot.index.log", "");
    tree_file(&tree, "/i/.Sent/dovecot.index.log", "");
    GIVES(walk_directory(&tree, "/v"),
          "! /v/a/./.out: a link leads out of the store\n"
          "list /v/a '' /v/a\n"
          "maildir /v/a 'Archive.2024'\nmaildir /v/a 'INBOX'\nmaildir /v/a 'Sent'\n"
          "maildir /v/a 'folder/deep'\nmaildir /v/b 'INBOX'\n");
    GIVES(walk_directory(&tree, "/v/a/.Sent"), "maildir /v/a/.Sent 'Sent'\n");
    GIVES(walk_location(&tree, "maildir", "/v/a"),
          "! /v/a/./.out: a link leads out of the store\n"
          "maildir /v/a 'Archive.2024' no-index\nmaildir /v/a 'INBOX' /i/.INBOX\n"
          "maildir /v/a 'Sent' /i/.Sent\n");
    GIVES(walk_directory(&tree, "/i"), "index /i/.INBOX '' /i/.INBOX\n"
                                       "index /i/.Sent '' /i/.Sent\n");
    GIVES(walk_directory(&tree, "/nowhere"), "ENOENT");
    GIVES(walk_directory(&tree, "/v/b/cur"), "");
    tree_remove(&tree);
}

static void finds_dboxes(void **state)
{
    struct tree tree;
    (void)state;
    tree_make(&tree);
    tree_file(&tree, "/v/s/mailboxes/INBOX/dbox-Mails/u.1", "");
    tree_file(&tree, "/v/s/mailboxes/A/B/dbox-Mails/u.1", "");
    tree_file(&tree, "/v/m/mailboxes/INBOX/dbox-Mails/dovecot.index.log", "");
    tree_file(&tree, "/v/m/storage/m.1", "");
    tree_file(&tree, "/i/mailboxes/INBOX/dovecot.index.log", "");
    GIVES(walk_directory(&tree, "/v"), "mdbox /v/m 'INBOX'\nsdbox /v/s 'A/B'\n"
                                       "sdbox /v/s 'INBOX'\nstorage /v/m ''\n");
    GIVES(walk_directory(&tree, "/v/s/mailboxes/A"), "sdbox /v/s 'A/B'\n");
    GIVES(walk_directory(&tree, "/v/s/mailboxes/A/B/dbox-Mails"), "sdbox /v/s 'A/B'\n");
    GIVES(walk_directory(&tree, "/v/m/storage"), "storage /v/m ''\n");
    GIVES(walk_location(&tree, "sdbox", "/v/s"),
          "sdbox /v/s 'A/B' no-index\nsdbox /v/s 'INBOX' /i/mailboxes/INBOX\n");
    tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_maildirs),
        cmocka_unit_test(finds_dboxes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
