/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "agent/timeline.h"

enum { STEP = 60 * 1000, START = 1000 * STEP + 17 * 1000 };

enum what { ADVANCE, SUSPEND, SET };

/* What the clocks do, what the reading then says, and the tick that is due (0: none). */
struct step {
    enum what what;
    int64_t ms;
    int64_t jump_ms;
    int64_t tick_ms;
};

static void play(const struct step *steps, size_t count)
{
    struct clock_sim sim;
    struct timeline timeline;

    clock_sim_init(&sim, START);
    timeline_init(&timeline, &sim.clock, STEP);
    for (size_t i = 0; i < count; i++) {
        int64_t t_ms = 0;
        if (steps[i].what == ADVANCE)
            clock_sim_advance(&sim, steps[i].ms);
        else if (steps[i].what == SUSPEND)
            clock_sim_suspend(&sim, steps[i].ms);
        else
            clock_sim_set(&sim, sim.wall_ms + steps[i].ms);
        assert_int_equal(timeline_read(&timeline), steps[i].jump_ms);
        assert_int_equal(timeline_tick(&timeline, &t_ms), steps[i].tick_ms != 0);
        assert_int_equal(t_ms, steps[i].tick_ms);
    }
}

#define PLAY(...)                                                                                  \
    play((const struct step[]){__VA_ARGS__},                                                       \
         sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step))

static void ticks_stand_on_the_grid(void **state)
{
    (void)state;
    PLAY({ADVANCE, 0, 0, 1000 * STEP}, {ADVANCE, 42 * 1000, 0, 0}, {ADVANCE, 1000, 0, 1001 * STEP},
         {ADVANCE, 59 * 1000, 0, 0}, {ADVANCE, 5 * 1000, 0, 1002 * STEP});
}

static void missed_ticks_are_not_made_up_for(void **state)
{
    (void)state;
    PLAY({ADVANCE, 0, 0, 1000 * STEP}, {ADVANCE, 5 * STEP, 0, 1005 * STEP}, {ADVANCE, 10, 0, 0});
}

static void jumps_are_told(void **state)
{
    (void)state;
    PLAY({ADVANCE, 0, 0, 1000 * STEP}, {SUSPEND, 8 * 60 * STEP, 8 * 60 * STEP, 1480 * STEP},
         {SET, 10 * STEP, 10 * STEP, 1490 * STEP}, {SET, -90 * STEP, -90 * STEP, 0},
         {ADVANCE, STEP, 0, 1401 * STEP});
}

static void no_tick_comes_twice(void **state)
{
    (void)state;
    PLAY({ADVANCE, 0, 0, 1000 * STEP}, {ADVANCE, 42 * 1000, 0, 0}, {SET, -45 * 1000, -45 * 1000, 0},
         {ADVANCE, 45 * 1000, 0, 0}, {ADVANCE, 1000, 0, 1001 * STEP});
}

static void small_steps_are_none(void **state)
{
    (void)state;
    PLAY({ADVANCE, 0, 0, 1000 * STEP}, {SET, 29 * 1000, 0, 0}, {SET, -29 * 1000, 0, 0},
         {SET, -17 * 1000 - 1, 0, 0}, /* before the last tick: the next one comes in its time */
         {ADVANCE, 30 * 1000, 0, 0}, {ADVANCE, 30 * 1000 + 1, 0, 1001 * STEP});
}

static void a_tick_out_of_turn(void **state)
{
    struct clock_sim sim;
    struct timeline timeline;
    int64_t t_ms = 0;

    (void)state;
    clock_sim_init(&sim, START);
    timeline_init(&timeline, &sim.clock, STEP);
    assert_true(timeline_tick_now(&timeline, &t_ms));
    assert_int_equal(t_ms, START);
    assert_false(timeline_tick_now(&timeline, &t_ms));
    assert_false(timeline_tick(&timeline, &t_ms)); /* the grid's is past */
    assert_int_equal(timeline_wait_ms(&timeline), 43 * 1000);
    timeline_set_step(&timeline, 15 * 1000);
    assert_int_equal(timeline_wait_ms(&timeline), 13 * 1000);
}

static void before_1970(void **state)
{
    struct clock_sim sim;
    struct timeline timeline;
    int64_t t_ms = 0;

    (void)state;
    clock_sim_init(&sim, -1000);
    timeline_init(&timeline, &sim.clock, STEP);
    assert_true(timeline_tick(&timeline, &t_ms));
    assert_int_equal(t_ms, -STEP);
    assert_int_equal(timeline_wait_ms(&timeline), 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_stand_on_the_grid),
        cmocka_unit_test(missed_ticks_are_not_made_up_for),
        cmocka_unit_test(jumps_are_told),
        cmocka_unit_test(no_tick_comes_twice),
        cmocka_unit_test(small_steps_are_none),
        cmocka_unit_test(a_tick_out_of_turn),
        cmocka_unit_test(before_1970),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
