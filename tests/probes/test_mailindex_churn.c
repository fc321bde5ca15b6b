/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probes/mailindex_churn.h"

/* A mailbox from look to look: each look adds so much to what the one before had. */
static const struct series {
    const char *what;
    struct mailindex_churn_facts start, step;
    int each; /* that many looks a step */
    enum mailindex_churn_state state;
} series[] = {
    {"mail comes in",
     {.indexid = 9, .log_seq = 2, .cache_seq = 9, .messages = 5, .next_uid = 6},
     {.log_seq = 1, .messages = 1, .next_uid = 1},
     1,
     MAILINDEX_CHURN_NONE},
    {"made anew each time",
     {.indexid = 9, .log_seq = 2, .cache_seq = 9},
     {.indexid = 1},
     1,
     MAILINDEX_CHURN_REBUILT},
    {"cache made anew each time",
     {.indexid = 9, .log_seq = 2, .cache_seq = 9},
     {.cache_seq = 1},
     1,
     MAILINDEX_CHURN_REBUILT},
    {"cache purged now and then",
     {.indexid = 9, .log_seq = 2, .cache_seq = 9},
     {.cache_seq = 1},
     6,
     MAILINDEX_CHURN_NONE},
    {"dbox rebuilt",
     {.indexid = 9, .log_seq = 2},
     {.rebuild_count = 1},
     2,
     MAILINDEX_CHURN_REBUILT},
    {"all mails renumbered",
     {.indexid = 9, .uid_validity = 3},
     {.uid_validity = 1},
     1,
     MAILINDEX_CHURN_REBUILT},
    {"a cache that never comes",
     {.indexid = 9, .messages = 4, .cache_wanted = 1},
     {0},
     1,
     MAILINDEX_CHURN_WEAK},
    {"no cache wanted", {.indexid = 9, .messages = 4}, {0}, 1, MAILINDEX_CHURN_NONE},
    {"empty", {.indexid = 9, .cache_wanted = 1}, {0}, 1, MAILINDEX_CHURN_NONE},
};

static void step(struct mailindex_churn_facts *facts, const struct mailindex_churn_facts *by)
{
    facts->indexid += by->indexid;
    facts->log_seq += by->log_seq;
    facts->cache_seq += by->cache_seq;
    facts->rebuild_count += by->rebuild_count;
    facts->uid_validity += by->uid_validity;
    facts->next_uid += by->next_uid;
    facts->messages += by->messages;
}

static void tells_churn_from_life(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof series / sizeof *series; i++) {
        struct mailindex_churn_facts before = series[i].start, now = before;
        struct mailindex_churn_history history = {0};
        for (int look = 1; look < 10; look++) {
            if (look % series[i].each == 0)
                step(&now, &series[i].step);
            struct mailindex_churn churn = mailindex_churn_between(&before, &now);
            mailindex_churn_add(&history, &churn);
            before = now;
        }
        if (mailindex_churn_judge(&history) != series[i].state)
            fail_msg("%s: %d", series[i].what, (int)mailindex_churn_judge(&history));
    }
}

static void counts_what_happened(void **state)
{
    (void)state;
    struct mailindex_churn_facts before = {
        .indexid = 7, .log_seq = 5, .cache_seq = 7, .rebuild_count = 1, .uid_validity = 2};
    struct mailindex_churn_facts now = {.indexid = 8,
                                        .log_seq = 2,
                                        .cache_seq = 10,
                                        .rebuild_count = 3,
                                        .uid_validity = 4,
                                        .fsckd = 1};
    struct mailindex_churn churn = mailindex_churn_between(&before, &now);
    assert_int_equal(churn.index_rebuilds, 1);
    assert_int_equal(churn.cache_rebuilds, 3);
    assert_int_equal(churn.store_rebuilds, 2);
    assert_int_equal(churn.repairs, 1);
    assert_int_equal(churn.renumbered, 1);
    assert_int_equal(churn.unsaved, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_churn_from_life),
        cmocka_unit_test(counts_what_happened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
