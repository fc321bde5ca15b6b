/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "probes/mailindex_share.h"

static const char *const hosts[] = {"mail1", "mail2", "mail3", "mail4"};
static const struct mailindex_share four = {hosts, 4, 0};

enum { PATHS = 20000, ALL = 15 };

static const char *path_of(int i)
{
    static char text[64];
    snprintf(text, sizeof text, "/example.org/user%d/INBOX/dovecot.index", i);
    return text;
}

/* Hosts of different versions have to agree: these must never change. */
static void owners_stay(void **state)
{
    static const struct {
        const char *path;
        uint64_t members;
        size_t owner;
    } cases[] = {
        {"", 15, 3},
        {"/a/INBOX/dovecot.index", 15, 3},
        {"/example.org/user0/INBOX/dovecot.index", 15, 0},
        {"/example.org/user1/INBOX/dovecot.index", 15, 1},
        {"/example.org/user2/INBOX/dovecot.index", 15, 2},
        {"/uuid/6/0/608983xp8f3u3gdr91cyrt3b", 15, 1},
        {"/uuid/6/0/608983xp8f3u3gdr91cyrt3b", 8, 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(mailindex_share_owner(&four, cases[i].members, cases[i].path),
                         cases[i].owner);
}

static void shares_are_alike(void **state)
{
    int counts[4] = {0};
    (void)state;
    for (int i = 0; i < PATHS; i++)
        counts[mailindex_share_owner(&four, ALL, path_of(i))]++;
    for (int i = 0; i < 4; i++)
        assert_in_range(counts[i], PATHS / 4 * 95 / 100, PATHS / 4 * 105 / 100);
}

/* Only what the one that went had moves, and to all others alike; nothing depends on the order. */
static void little_moves(void **state)
{
    static const char *const turned[] = {"mail4", "mail3", "mail2", "mail1"};
    static const struct mailindex_share other = {turned, 4, 0};
    int moved[4] = {0};

    (void)state;
    for (int i = 0; i < PATHS; i++) {
        size_t before = mailindex_share_owner(&four, ALL, path_of(i));
        size_t after = mailindex_share_owner(&four, ALL & ~2U, path_of(i));
        assert_int_equal(mailindex_share_owner(&other, ALL, path_of(i)), 3 - before);
        if (before == 1)
            moved[after]++;
        else
            assert_int_equal(after, before);
    }
    assert_int_equal(moved[1], 0);
    for (int i = 0; i < 4; i++)
        if (i != 1)
            assert_in_range(moved[i], PATHS / 12 * 9 / 10, PATHS / 12 * 11 / 10);
}

static void finds_itself(void **state)
{
    static const char *const names[] = {"mail1", "mail2.example.org", "a.x", "a.y"};
    static const struct {
        const char *host;
        int self; /* -1: none */
    } cases[] = {
        {"mail1", 0}, {"mail1.example.org", 0},  {"mail2", 1}, {"mail2.example.org", 1},
        {"a.y", 3},   {"mail2.example.com", -1}, {"a", -1},    {"mail", -1},
        {"", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mailindex_share share = {names, 4, 9};
        bool found = mailindex_share_find(&share, cases[i].host);
        assert_int_equal(found, cases[i].self >= 0);
        if (found)
            assert_int_equal(share.self, cases[i].self);
    }
}

/* A minute is a round; after ten a member is gone. */
static void who_is_gone(void **state)
{
    enum { TAKEOVER = 10 };
    static const struct {
        int64_t now, seen[4]; /* of mail1 not looked at */
        uint64_t alive;
    } rounds[] = {
        {100, {0, 0, 0, 0}, 15}, /* nobody was ever there: they may yet come */
        {105, {0, 104, 0, 0}, 15},     {110, {0, 109, 0, 40}, 15},
        {111, {0, 110, 0, 40}, 3}, /* ten and more since it began */
        {115, {0, 110, 114, 40}, 7},   {120, {0, 110, 119, 119}, 15},
        {121, {0, 110, 119, 119}, 13}, /* seen, and then no more */
        {140, {0, 110, 119, 119}, 15}, /* it was away itself: the others get their time */
        {149, {0, 110, 148, 119}, 15}, {151, {0, 110, 150, 119}, 5},
    };
    struct mailindex_meeting meeting = {0};

    (void)state;
    mailindex_meeting_start(&meeting, &four);
    assert_int_equal(meeting.alive, 15);
    for (size_t i = 0; i < sizeof rounds / sizeof *rounds; i++) {
        mailindex_meeting_judge(&meeting, &four, rounds[i].seen, rounds[i].now, TAKEOVER);
        assert_int_equal(meeting.alive, rounds[i].alive);
    }
}

/* Bits are of a list of names: with another list all begins anew. */
static void other_members_are_another_meeting(void **state)
{
    const struct mailindex_share three = {hosts + 1, 3, 0};
    struct mailindex_meeting meeting = {0};

    (void)state;
    mailindex_meeting_start(&meeting, &four);
    meeting.alive = 5;
    meeting.before = 5;
    mailindex_meeting_start(&meeting, &four);
    assert_int_equal(meeting.alive, 5);
    mailindex_meeting_start(&meeting, &three);
    assert_int_equal(meeting.alive, 7);
    assert_int_equal(meeting.before, 0);
}

static void sixty_four_fit(void **state)
{
    const char *names[MAILINDEX_MEMBERS];
    struct mailindex_share share = {names, MAILINDEX_MEMBERS, 63};

    (void)state;
    for (int i = 0; i < MAILINDEX_MEMBERS; i++)
        names[i] = hosts[i % 4];
    assert_true(mailindex_share_all(&share) == UINT64_MAX);
    assert_int_equal(mailindex_share_owner(&share, UINT64_C(1) << 63, "x"), 63);
    assert_true(mailindex_share_is_mine(&share, UINT64_C(1) << 63, "x"));
    assert_false(mailindex_share_is_mine(&share, 0, "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(owners_stay),    cmocka_unit_test(shares_are_alike),
        cmocka_unit_test(little_moves),   cmocka_unit_test(finds_itself),
        cmocka_unit_test(who_is_gone),    cmocka_unit_test(other_members_are_another_meeting),
        cmocka_unit_test(sixty_four_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
