/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/mailindex_plan.h"

enum { MAILBOXES = 5000, HOUR_MS = 60 * 60 * 1000 };
#define ROUND_MS (INT64_C(7) * 24 * HOUR_MS)

static uint64_t key(int i)
{
    char name[32];
    snprintf(name, sizeof name, "box%d", i);
    return mailindex_plan_key("/store", name);
}

/* One sweep over all; how many were looked at. changed: the one that changed, -1: none. */
static int sweep(struct mailindex_plan *plan, int64_t now_ms, int changed, int64_t *looked)
{
    int count = 0;
    mailindex_plan_begin(plan, now_ms, ROUND_MS);
    for (int i = 0; i < MAILBOXES; i++)
        if (mailindex_plan_wants(plan, key(i), i == changed ? now_ms : 1)) {
            count++;
            looked[i] = now_ms;
        }
    mailindex_plan_end(plan);
    return count;
}

/* Over three weeks each mailbox is looked at once a round, and the work is spread. */
static void comes_round(void **state)
{
    struct mailindex_plan plan = {0};
    static int64_t looked[MAILBOXES];
    int64_t now = INT64_C(1700000000000), begun = now;
    int most = 0;
    (void)state;

    assert_true(mailindex_plan_is_due(&plan, now, ROUND_MS));
    for (int hour = 0; hour < 3 * 7 * 24; hour++, now += HOUR_MS) {
        int count = sweep(&plan, now, -1, looked);
        if (hour > 30 && count > most)
            most = count;
        for (int i = 0; hour > 16 && i < MAILBOXES; i++)
            assert_true(now - looked[i] <= ROUND_MS);
        if (hour == 3)
            assert_true(mailindex_plan_unseen(&plan) > MAILBOXES / 2);
    }
    assert_int_equal(plan.total, MAILBOXES);
    assert_int_equal(mailindex_plan_unseen(&plan), 0);
    assert_true(most < MAILBOXES / 10);
    assert_true(mailindex_plan_oldest(&plan, now) <= ROUND_MS / 1000.0);
    assert_true(begun < now);
    mailindex_plan_free(&plan);
}

static void looks_at_changes_and_at_the_damaged(void **state)
{
    struct mailindex_plan plan = {0};
    static int64_t looked[MAILBOXES];
    int64_t now = INT64_C(1700000000000);
    struct mailindex_bad bad = {.verdict = 2,
                                .kinds = mailindex_kind_bit("log"),
                                .offset = 7,
                                .mailbox = "b",
                                .file = "f",
                                .message = "m"};
    (void)state;

    for (int i = 0; i < 17; i++)
        sweep(&plan, now += HOUR_MS, -1, looked);
    now += HOUR_MS;
    assert_int_equal(sweep(&plan, now, 42, looked), 1);
    assert_int_equal(looked[42], now);
    mailindex_plan_judged(&plan, key(43), &bad);
    assert_int_equal(sweep(&plan, now += HOUR_MS, -1, looked), 1);
    assert_int_equal(looked[43], now);
    assert_int_equal(plan.bad_count, 1);
    mailindex_plan_judged(&plan, key(43), NULL);
    assert_int_equal(sweep(&plan, now += HOUR_MS, -1, looked), 0);
    mailindex_plan_judged(&plan, 12345, &bad); /* of a mailbox that is no more */
    sweep(&plan, now += HOUR_MS, -1, looked);
    assert_int_equal(plan.bad_count, 0);
    mailindex_plan_free(&plan);
}

/* What is not verified is counted once, however often it changes, and is not looked at again. */
static void counts_what_is_not_verified(void **state)
{
    struct mailindex_plan plan = {0};
    int64_t now = INT64_C(1700000000000);
    (void)state;

    for (int hour = 0; hour < 2 * 7 * 24; hour++, now += HOUR_MS) {
        uint64_t sum = 0;
        mailindex_plan_begin(&plan, now, ROUND_MS);
        for (int i = 0; i < MAILBOXES; i++)
            if (mailindex_plan_wants(&plan, key(i), i == 42 ? now : 1) && i % 50 == 42)
                mailindex_plan_unverified(&plan, key(i), "file");
        mailindex_plan_end(&plan);
        for (int i = 0; i < MAILINDEX_SLOTS; i++)
            sum += plan.unverified[i];
        if (hour >= MAILINDEX_SLOTS / MAILINDEX_SLOTS_A_SWEEP)
            assert_int_equal(sum, MAILBOXES / 50);
    }
    assert_int_equal(plan.bad_count, 0);
    assert_string_equal(plan.unverified_file, "file");
    mailindex_plan_free(&plan);
}

static void is_kept(void **state)
{
    struct mailindex_plan plan = {0}, again = {0};
    static int64_t looked[MAILBOXES];
    struct mailindex_bad bad = {
        .verdict = 2, .kinds = 3, .offset = 7, .mailbox = "b", .file = "f", .message = "m"};
    struct error e = {0};
    (void)state;

    sweep(&plan, INT64_C(1700000000000), -1, looked);
    mailindex_plan_judged(&plan, UINT64_C(0xfedcba9876543210), &bad);
    plan.rebuilds = 9;
    plan.meeting = (struct mailindex_meeting){.names = UINT64_C(0xfedcba9876543210),
                                              .alive = UINT64_MAX,
                                              .sweep = 3,
                                              .before = UINT64_C(1) << 63,
                                              .since_ms = 4,
                                              .met_ms = 5};
    plan.unverified[7] = 8;
    plan.unverified_file = strdup("db");
    plan.restored = 4;
    plan.kept_ms = 77;
    char *text = mailindex_plan_render(&plan);
    assert_non_null(text);
    assert_int_equal(mailindex_plan_parse(&again, text, strlen(text), &e), 0);
    assert_memory_equal(again.slots, plan.slots, sizeof plan.slots);
    assert_int_equal(again.total, MAILBOXES);
    assert_int_equal(again.rebuilds, 9);
    assert_memory_equal(&again.meeting, &plan.meeting, sizeof plan.meeting);
    assert_int_equal(again.unverified[7], 8);
    assert_string_equal(again.unverified_file, "db");
    assert_int_equal(again.restored, 4);
    assert_int_equal(again.kept_ms, 77);
    assert_int_equal(again.bad_count, 1);
    assert_int_equal(again.bad[0].key, UINT64_C(0xfedcba9876543210));
    assert_string_equal(again.bad[0].message, "m");
    free(text);
    static const char *const broken[] = {"", "{", "[]", "{\"version\":1}",
                                         "{\"version\":2,\"slots\":[]}"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        assert_true(mailindex_plan_parse(&again, broken[i], strlen(broken[i]), &e) < 0);
    mailindex_plan_free(&plan);
    mailindex_plan_free(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_round),
        cmocka_unit_test(looks_at_changes_and_at_the_damaged),
        cmocka_unit_test(counts_what_is_not_verified),
        cmocka_unit_test(is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
