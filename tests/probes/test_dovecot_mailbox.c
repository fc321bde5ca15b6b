/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/dovecot_mailbox.h"

/* Mailboxes that Dovecot 2.3.19 made, as tests/fuzz/fuzz_dovecot_look.c takes them. */
#define SEEDS TOP_SRCDIR "/tests/fuzz/seeds/dovecot_look/"

enum { FILES = 4 };
static const char *const names[FILES] = {"index", "log", "log.2", "cache"};

struct mailbox {
    enum dovecot_index_kind kind;
    uint8_t *bytes[FILES];
    size_t sizes[FILES];
};

static void load(const char *seed, enum dovecot_index_kind kind, struct mailbox *m)
{
    char path[512];
    uint8_t head[3];

    *m = (struct mailbox){.kind = kind};
    snprintf(path, sizeof path, "%s%s", SEEDS, seed);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (size_t i = 0; i < FILES && fread(head, 1, 3, file) == 3; i++) {
        m->sizes[i] = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16;
        m->bytes[i] = malloc(m->sizes[i] + 1);
        assert_int_equal(fread(m->bytes[i], 1, m->sizes[i], file), m->sizes[i]);
    }
    fclose(file);
}

static void unload(struct mailbox *m)
{
    for (size_t i = 0; i < FILES; i++)
        free(m->bytes[i]);
}

/* What was found: all rules, and whether one of them is at the byte that was looked for. */
struct found {
    char text[1024];
    const char *file;
    uint64_t at;
    bool any, placed;
};

static void take(const struct mailindex_finding *finding, void *arg)
{
    struct found *found = arg;
    size_t used = strlen(found->text);

    snprintf(found->text + used, sizeof found->text - used, "%s%s", used ? " " : "", finding->rule);
    found->any = true;
    assert_true(finding->message[0] && finding->effect[0] && finding->repair[0]);
    if (strcmp(finding->file, found->file) == 0 && finding->offset <= found->at &&
        found->at < finding->offset + (finding->length ? finding->length : 1))
        found->placed = true;
}

static void look(const struct mailbox *m, struct found *found)
{
    struct mailindex_file files[FILES];
    const struct mailindex_file *there[FILES] = {NULL};
    struct mailindex_sink sink = {.report = take, .arg = found, .limit = 1000};
    struct dovecot_look result;

    for (size_t i = 0; i < FILES; i++) {
        files[i] = mailindex_memory(names[i], m->bytes[i], m->sizes[i]);
        there[i] = m->bytes[i] && m->sizes[i] ? &files[i] : NULL;
    }
    struct dovecot_files all = {m->kind, there[0], there[1], there[2], there[3], "index"};
    dovecot_look(&all, &result, &sink);
    dovecot_look_free(&result);
}

static const struct {
    const char *seed;
    enum dovecot_index_kind kind;
} sound[] = {
    {"maildir", DOVECOT_MAILBOX},
    {"maildir-log-only", DOVECOT_MAILBOX},
    {"mdbox", DOVECOT_MAILBOX},
    {"map", DOVECOT_MAP},
};

static void is_silent_where_all_is_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sound / sizeof *sound; i++) {
        struct mailbox m;
        struct found found = {.file = ""};
        load(sound[i].seed, sound[i].kind, &m);
        look(&m, &found);
        if (found.any)
            fail_msg("%s: %s", sound[i].seed, found.text);
        unload(&m);
    }
}

/* What is done to file number `file` of the maildir, and a rule that must be among those found. */
static const struct damage {
    const char *what, *rule;
    int file;
    int64_t at; /* from the end where negative */
    uint8_t mask;
    bool cut; /* off, at that place */
} damages[] = {
    {"major version", "I02", 0, 0, 0x08, false},
    {"byte order", "I05", 0, 12, 0x02, false},
    {"record size", "I06", 0, 8, 0x08, false},
    {"indexid", "X02", 0, 17, 0x40, false},
    {"next_uid", "X10", 0, 29, 0x02, false},
    {"seen count", "I09", 0, 40, 0x01, false},
    {"deleted count", "I09", 0, 44, 0x01, false},
    {"log sequence", "X05", 0, 60, 0x40, false},
    {"head offset", "X03", 0, 68, 0x04, false},
    {"unused bytes", "I14", 0, 36, 0x01, false},
    {"days", "I07", 0, 88, 0x80, false},
    {"index cut", "I06", 0, -3, 0, true},
    {"index empty", "X07", 0, 0, 0, true},
    {"log version", "L01", 1, 0, 0x02, false},
    {"log indexid", "X02", 1, 5, 0x01, false},
    {"log sequence", "X13", 1, 12, 0x08, false},
    {"size of log.2", "X13", 1, 16, 0x04, false},
    {"modseq of log.2", "X19", 1, 24, 0x02, false},
    {"size of a record", "L05", 1, 40, 0x80, false},
    {"log cut", "X06", 1, 44, 0, true},
    {"log.2 cut", "X13", 2, -4, 0, true},
    {"cache version", "C01", 3, 0, 0x02, false},
    {"cache indexid", "X14", 3, 5, 0x10, false},
    {"cache sequence", "X15", 3, 9, 0x10, false},
    {"cache cut", "C06", 3, -8, 0, true},
    {"fields of the cache", "C01", 3, 28, 0x80, false},
};

static void finds_each_damage(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        const struct damage *d = &damages[i];
        struct found found = {.file = ""};
        struct mailbox m;
        load("maildir", DOVECOT_MAILBOX, &m);
        size_t at = d->at < 0 ? m.sizes[d->file] - (size_t)-d->at : (size_t)d->at;
        m.bytes[d->file][at] ^= d->mask;
        if (d->cut)
            m.sizes[d->file] = at;
        look(&m, &found);
        if (!strstr(found.text, d->rule))
            fail_msg("%s: expected %s, found %s", d->what, d->rule, found.text);
        unload(&m);
    }
}

/* Any bit of any byte: never a crash, and most are found, by name and place. */
static void finds_most_flips(void **state)
{
    (void)state;
    for (size_t s = 0; s < sizeof sound / sizeof *sound; s++) {
        struct mailbox m;
        load(sound[s].seed, sound[s].kind, &m);
        for (size_t i = 0; i < FILES; i++) {
            size_t any = 0, placed = 0;
            for (size_t at = 0; at < m.sizes[i]; at++) {
                struct found found = {.file = names[i], .at = at};
                uint8_t bit = (uint8_t)(1 << at % 8);
                m.bytes[i][at] ^= bit;
                look(&m, &found);
                m.bytes[i][at] ^= bit;
                any += found.any;
                placed += found.placed;
            }
            if (!m.sizes[i])
                continue;
            print_message("%s, %s: of %zu flips %.0f%% found, %.0f%% in their place\n",
                          sound[s].seed, names[i], m.sizes[i], 100.0 * (double)any / m.sizes[i],
                          100.0 * (double)placed / m.sizes[i]);
            assert_true(placed * 100 >= m.sizes[i] * (i == 3 ? 20 : 30));
        }
        unload(&m);
    }
}

/* Files that end early, at any byte: never a crash, and a log's or a cache's end may be unwritten.
 */
static void survives_any_cut(void **state)
{
    (void)state;
    struct mailbox m;
    load("maildir", DOVECOT_MAILBOX, &m);
    for (size_t i = 0; i < FILES; i++) {
        size_t whole = m.sizes[i];
        for (m.sizes[i] = 0; m.sizes[i] < whole; m.sizes[i]++) {
            struct found found = {.file = names[i]};
            look(&m, &found);
            if (i == 0)
                assert_true(found.any);
        }
    }
    unload(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_silent_where_all_is_sound),
        cmocka_unit_test(finds_each_damage),
        cmocka_unit_test(finds_most_flips),
        cmocka_unit_test(survives_any_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
