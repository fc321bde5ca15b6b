/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agent/round.h"
#include "core/error.h"

static const struct probe probe = {.name = "md", .deadline_ms = 5000};

static const struct launch_event killed = {.status = SIGKILL}, crashed = {.status = SIGSEGV},
                                 left = {.status = 3 << 8},
                                 stuck = {.status = SIGKILL,
                                          .stuck_pid = 99,
                                          .stuck_name = "smartctl",
                                          .stuck_state = 'D',
                                          .stuck_where = "blk_execute_rq"},
                                 stuck_somewhere = {.status = SIGKILL, .stuck_pid = 99};

/* A target may take its deadline, but no more than 40 % of what is left. */
static void test_deadlines(void **state)
{
    static const struct {
        int64_t now, end, expected;
    } table[] = {
        {0, 100000, 5000},   {0, 10000, 4000},      {4000, 10000, 6400},   {9990, 10000, 10000},
        {9500, 10000, 9750}, {10000, 10000, 10000}, {11000, 10000, 11000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct round round;
        struct error e = {0};
        round_init(&round, &probe, table[i].end);
        round_started(&round, table[i].now);
        assert_int_equal(round.deadline_ms, table[i].expected);
        assert_int_equal(round_began(&round, "md0", table[i].now, &e), 0);
        assert_int_equal(round.deadline_ms, table[i].expected);
        round_free(&round);
    }
}

/* What a worker may say: "+x" begins x, "-x" ends it, "." is done, ending in "!" for an error. */
static void test_protocol(void **state)
{
    static const struct {
        const char *words;
        bool broken; /* by the last word */
    } table[] = {
        {"+a -a +b -b .", false},
        {".", false},
        {"+a +b", true},
        {"-a", true},
        {"+a -b", true},
        {"+a .", true},
        {". .", true},
        {"+a -a +a -a", false},
        {"+a -a +a .", true},
        {"+a -a +b -b +a -a +a", true},
        {"+", true},
        {". +a", true},
        {"+a -a . -a", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct round round;
        struct error e = {0};
        char words[64], *rest, *word;
        int code = 0;

        round_init(&round, &probe, 10000);
        round_started(&round, 0);
        snprintf(words, sizeof words, "%s", table[i].words);
        for (word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
            assert_int_equal(code, 0);
            code = *word == '+'   ? round_began(&round, word + 1, 0, &e)
                   : *word == '-' ? round_ended(&round, word + 1, 0, &e)
                                  : round_finished(&round, "", &e);
        }
        if ((code < 0) != table[i].broken)
            fail_msg("%s: %s", table[i].words, e.text);
        assert_int_equal(e.text[0] != '\0', table[i].broken);
        round_free(&round);
    }
}

/* A worker is lost some time after it began "md1" (or after it ended "md0"). */
static const struct {
    bool in_target;
    enum loss loss;
    const struct launch_event *gone;
    int64_t ms;
    const char *kind, *message;
    bool again, blind;
    enum target_fate fate;
} losses[] = {
    {true, LOSS_DEADLINE, &killed, 3400, "hung", "no answer within 3.4 s", true, true, TARGET_HUNG},
    {true, LOSS_DEADLINE, &stuck, 3400, "hung",
     "no answer within 3.4 s; process 99 (smartctl) survives SIGKILL, stuck in the kernel's "
     "blk_execute_rq and is left aside",
     true, true, TARGET_HUNG},
    {true, LOSS_DEADLINE, &stuck_somewhere, 100, "hung",
     "no answer within 0.1 s; process 99 (?) survives SIGKILL and is left aside", true, true,
     TARGET_HUNG},
    {true, LOSS_DEADLINE, &killed, 900, "timeout",
     "no answer within 0.9 s, and there was no time for more", true, true, TARGET_UNSEEN},
    {true, LOSS_DEADLINE, &killed, 20, "timeout",
     "not looked at: the time for the whole check ran out", true, true, TARGET_UNSEEN},
    {true, LOSS_TIME, &killed, 20, "timeout", "not looked at: the time for the whole check ran out",
     false, true, TARGET_UNSEEN},
    {true, LOSS_TIME, &killed, 3400, "hung", "no answer within 3.4 s", false, true, TARGET_HUNG},
    {true, LOSS_TIME, &stuck_somewhere, 3400, "hung",
     "no answer within 3.4 s; process 99 (?) survives SIGKILL and is left aside", false, true,
     TARGET_HUNG},
    {true, LOSS_EXIT, &crashed, 3400, "crashed", "the worker was killed by SIGSEGV", true, true,
     TARGET_UNSEEN},
    {true, LOSS_EXIT, &left, 3400, "crashed", "the worker exited with status 3", true, true,
     TARGET_UNSEEN},
    {true, LOSS_PROTOCOL, &killed, 3400, "malformed", "the worker's report cannot be read: why",
     true, true, TARGET_UNSEEN},
    {true, LOSS_FLOOD, &killed, 3400, "malformed", "the worker reports too much: why", false, true,
     TARGET_UNSEEN},
    {false, LOSS_EXIT, &crashed, 3400, "crashed", "the worker was killed by SIGSEGV, after md0",
     true, false, TARGET_DONE},
    {false, LOSS_DEADLINE, &killed, 3400, "hung", "no answer within 3.4 s, after md0", false, true,
     TARGET_DONE},
    {false, LOSS_TIME, &killed, 3400, NULL, NULL, false, true, TARGET_DONE},
};

static void test_losses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        struct round round;
        struct finding finding;
        struct error e = {0};

        round_init(&round, &probe, 10000);
        round_started(&round, 0);
        round_began(&round, "md0", 0, &e);
        round_ended(&round, "md0", 0, &e);
        if (losses[i].in_target)
            round_began(&round, "md1", 0, &e);
        bool again =
            round_lost(&round, losses[i].loss, losses[i].gone, "why", losses[i].ms, &finding);
        if (losses[i].kind)
            assert_string_equal(finding.message, losses[i].message);
        if (losses[i].kind)
            assert_string_equal(finding.kind, losses[i].kind);
        assert_int_equal(finding.kind == NULL, losses[i].kind == NULL);
        assert_string_equal(finding.target, losses[i].in_target ? "md1" : "");
        assert_string_equal(finding.probe, "md");
        assert_int_equal(finding.blind, losses[i].blind);
        assert_int_equal(again, losses[i].again);
        assert_int_equal(round.failure[0] == '\0', losses[i].again);
        assert_int_equal(round_knows(&round, "md1"), losses[i].in_target);
        assert_int_equal(round.targets[round.target_count - 1]->fate, losses[i].fate);
        round_free(&round);
    }
}

static void test_lost_before_the_first_target(void **state)
{
    struct round round;
    struct finding finding;

    (void)state;
    round_init(&round, &probe, 10000);
    round_started(&round, 0);
    assert_true(round_lost(&round, LOSS_EXIT, &crashed, "", 0, &finding));
    round_started(&round, 0);
    assert_false(round_lost(&round, LOSS_EXIT, &crashed, "", 0, &finding));
    assert_string_equal(finding.message,
                        "the worker was killed by SIGSEGV, before the first target");
    assert_true(finding.blind);
    round_free(&round);
}

/* However many targets cost a worker, there is an end of it. */
static void test_bounds(void **state)
{
    static const struct {
        const struct launch_event *gone;
        unsigned workers;
    } table[] = {{&crashed, ROUND_MAX_RESTARTS + 1}, {&stuck, ROUND_MAX_LEFT_ASIDE}};

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct round round;
        struct finding finding;
        struct error e = {0};
        unsigned workers = 0;
        char name[16];
        bool again = true;

        round_init(&round, &probe, 10000);
        while (again) {
            snprintf(name, sizeof name, "sd%u", workers++);
            round_started(&round, 0);
            assert_int_equal(round_began(&round, name, 0, &e), 0);
            again = round_lost(&round, LOSS_EXIT, table[i].gone, "", 0, &finding);
        }
        assert_int_equal(workers, table[i].workers);
        assert_true(round.failure[0]);
        round_free(&round);
    }
}

static void test_names(void **state)
{
    struct round round;
    struct error e = {0};
    char name[ROUND_MAX_NAME + 2];

    (void)state;
    round_init(&round, &probe, 10000);
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_true(round_began(&round, name, 0, &e) < 0);
    name[ROUND_MAX_NAME] = '\0';
    assert_int_equal(round_began(&round, name, 0, &e), 0);
    round_free(&round);
}

/* What a worker hangs in already is known to hang, and not looked at. */
static void test_left_aside(void **state)
{
    struct round round;
    struct error e = {0};
    (void)state;
    round_init(&round, &probe, 10000);
    round_leave_aside(&round, "md1");
    round_leave_aside(&round, "md1");
    assert_int_equal(round.target_count, 1);
    assert_int_equal(round.targets[0]->fate, TARGET_HUNG);
    assert_true(round_knows(&round, "md1"));
    assert_string_equal(round.last, "");
    round_started(&round, 0);
    assert_int_equal(round_began(&round, "md0", 0, &e), 0);
    assert_int_equal(round_ended(&round, "md0", 0, &e), 0);
    assert_true(round_began(&round, "md1", 0, &e) < 0);
    round_free(&round);
}

/* A worker is lost when it has come back to a target: what was seen of it was seen. */
static void test_lost_at_the_second_time(void **state)
{
    static const struct {
        enum loss loss;
        const struct launch_event *gone;
        int64_t ms;
        enum target_fate fate;
    } table[] = {
        {LOSS_DEADLINE, &killed, 3400, TARGET_HUNG},
        {LOSS_DEADLINE, &stuck, 3400, TARGET_HUNG},
        {LOSS_EXIT, &crashed, 10, TARGET_DONE},
        {LOSS_TIME, &killed, 20, TARGET_DONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct round round;
        struct finding finding;
        struct error e = {0};
        round_init(&round, &probe, 10000);
        round_started(&round, 0);
        assert_int_equal(round_began(&round, "sda", 0, &e), 0);
        assert_int_equal(round_ended(&round, "sda", 0, &e), 0);
        assert_int_equal(round_began(&round, "sda", 0, &e), 0);
        round_lost(&round, table[i].loss, table[i].gone, "", table[i].ms, &finding);
        assert_string_equal(finding.target, "sda");
        assert_int_equal(round.target_count, 1);
        assert_int_equal(round.targets[0]->fate, table[i].fate);
        assert_true(round_began(&round, "sda", 0, &e) < 0);
        round_free(&round);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deadlines),  cmocka_unit_test(test_protocol),
        cmocka_unit_test(test_losses),     cmocka_unit_test(test_lost_before_the_first_target),
        cmocka_unit_test(test_bounds),     cmocka_unit_test(test_names),
        cmocka_unit_test(test_left_aside), cmocka_unit_test(test_lost_at_the_second_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
