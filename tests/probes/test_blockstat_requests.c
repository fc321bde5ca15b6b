/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probes/blockstat_requests.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* One look: when, what the kernel counts, and what is to come of it. */
struct step {
    double at;
    struct blockstat_counts counts; /* requests, done, timeouts, in flight */
    uint64_t outstanding;
    double seconds;
};

static void run(const struct step *steps, size_t count)
{
    struct blockstat_memory memory = {0};
    for (size_t i = 0; i < count; i++) {
        struct blockstat_outstanding out;
        blockstat_step(&memory, &steps[i].counts, (int64_t)(steps[i].at * 1e9), &out);
        if (out.requests != steps[i].outstanding || out.seconds < steps[i].seconds - 0.001 ||
            out.seconds > steps[i].seconds + 0.001)
            fail_msg("at %g: %llu for %g s", steps[i].at, (unsigned long long)out.requests,
                     out.seconds);
    }
}

static void idle_and_busy(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {0, {100, 100, 0, 0}, 0, 0},  {10, {100, 100, 0, 0}, 0, 0}, {20, {140, 137, 0, 3}, 3, 0},
        {30, {190, 188, 0, 2}, 2, 0}, {40, {190, 190, 0, 0}, 0, 0},
    };
    run(steps, COUNT(steps));
}

/* As recorded: nothing is done any more, the error handler hides requests from inflight for a time,
 * timeouts add up until the disk is set offline. */
static void hangs(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {0, {0x11b, 0x11b, 0, 0}, 0, 0},      {5, {0x138, 0x136, 0, 1}, 2, 0},
        {11, {0x13c, 0x136, 0, 5}, 6, 6},     {32, {0x13f, 0x136, 1, 4}, 8, 27},
        {42, {0x13f, 0x136, 5, 0}, 4, 37},    {68, {0x145, 0x136, 6, 5}, 9, 63},
        {139, {0x146, 0x136, 16, 5}, 5, 134}, {200, {0x146, 0x136, 16, 0}, 0, 0},
    };
    run(steps, COUNT(steps));
}

/* Looking for the first time while it hangs: what is in flight is what there is to go by. */
static void first_look_at_a_hang(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {100, {0x146, 0x136, 16, 5}, 5, 0},
        {101, {0x146, 0x136, 16, 5}, 5, 1},
    };
    run(steps, COUNT(steps));
}

/* A disk that once timed out and recovered keeps a difference for ever (Linux up to 6.2). */
static void drift_is_no_hang(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {0, {500, 497, 3, 0}, 0, 0},  {10, {500, 497, 3, 0}, 0, 0},  {20, {510, 506, 3, 1}, 1, 0},
        {30, {510, 507, 3, 0}, 0, 0}, {40, {520, 510, 10, 0}, 0, 0},
    };
    run(steps, COUNT(steps));
    /* and it times out, is given up on, and nothing else is asked of it */
    static const struct step gives_up[] = {
        {0, {10, 10, 0, 0}, 0, 0},  {1, {12, 10, 0, 2}, 2, 0},  {31, {12, 10, 1, 1}, 1, 30},
        {41, {12, 10, 2, 0}, 0, 0}, {99, {12, 10, 2, 0}, 0, 0},
    };
    run(gives_up, COUNT(gives_up));
}

/* From Linux 6.3 on a timeout counts as done: that does not start the time anew. */
static void timeout_counts_as_done(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {0, {10, 10, 0, 0}, 0, 0},
        {1, {14, 10, 0, 4}, 4, 0},
        {31, {16, 12, 2, 4}, 4, 30},
        {41, {16, 15, 2, 1}, 1, 0},
    };
    run(steps, COUNT(steps));
}

static void wraps_around(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {0, {0xfffffffe, 0xfffffffe, 0, 0}, 0, 0},
        {1, {0x00000002, 0xffffffff, 0, 3}, 3, 0},
        {2, {0x00000002, 0xffffffff, 0, 3}, 3, 1},
        {3, {0x00000002, 0x00000003, 0, 0}, 0, 0}, /* done read later than issued */
    };
    run(steps, COUNT(steps));
}

static void numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool sound;
        uint64_t number;
    } cases[] = {
        {"0x2cf", true, 0x2cf}, {"30", true, 30},
        {"0", true, 0},         {"0xffffffff", true, 0xffffffff},
        {"", false, 0},         {"0x", false, 0},
        {"-1", false, 0},       {"12 ", false, 0},
        {"0xg", false, 0},      {" 1", false, 0},
        {"running", false, 0},  {"99999999999999999999", false, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint64_t number;
        assert_int_equal(blockstat_number(cases[i].text, &number), cases[i].sound);
        assert_int_equal(number, cases[i].number);
    }
}

static void inflight_and_stat(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool sound;
        uint64_t number;
    } inflight[] =
        {
            {"       2        3", true, 5},
            {"0 0", true, 0},
            {"", false, 0},
            {"1", false, 0},
            {"1 2 3", false, 0},
            {"1 x", false, 0},
            {"-1 2", false, 0},
        },
      stat[] = {
          {"  10 0 80 5 20 1 160 9 0 7 14", true, 30},
          {"10 0 80 5 20 1 160 9 0 7 14 3 0 0 0", true, 33},
          {"10 0 80 5 20 1 160 9 0 7 14 3 0 0 0 4 1", true, 37},
          {"10 0 80 5 20", false, 0},
          {"", false, 0},
          {"10 0 80 5 20 1 160 9 0 7 1e4", false, 0},
      };
    uint64_t number;
    for (size_t i = 0; i < COUNT(inflight); i++) {
        assert_int_equal(blockstat_parse_inflight(inflight[i].text, &number), inflight[i].sound);
        assert_int_equal(number, inflight[i].number);
    }
    for (size_t i = 0; i < COUNT(stat); i++) {
        assert_int_equal(blockstat_parse_stat(stat[i].text, &number), stat[i].sound);
        assert_int_equal(number, stat[i].number);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idle_and_busy),
        cmocka_unit_test(hangs),
        cmocka_unit_test(first_look_at_a_hang),
        cmocka_unit_test(drift_is_no_hang),
        cmocka_unit_test(timeout_counts_as_done),
        cmocka_unit_test(wraps_around),
        cmocka_unit_test(numbers),
        cmocka_unit_test(inflight_and_stat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
