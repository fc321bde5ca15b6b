/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <time.h>

#include <cmocka.h>

#include "core/clock.h"

static void system_clock_goes_on(void **state)
{
    (void)state;
    const struct timespec moment = {.tv_nsec = 2000000};
    int64_t wall = clock_wall_ms(&clock_system), since = clock_monotonic_ns(&clock_system);
    assert_true(wall / 1000 >= time(NULL) - 2 && wall / 1000 <= time(NULL) + 2);
    nanosleep(&moment, NULL);
    assert_true(clock_monotonic_ns(&clock_system) - since >= 2000000);
}

static void simulated_clock_stands_still(void **state)
{
    (void)state;
    struct clock_sim sim;
    clock_sim_init(&sim, 1700000000000);
    assert_true(clock_wall_ms(&sim.clock) == 1700000000000);
    int64_t start = clock_monotonic_ns(&sim.clock);
    assert_true(clock_monotonic_ns(&sim.clock) == start);
    clock_sim_advance(&sim, 1500);
    assert_true(clock_wall_ms(&sim.clock) == 1700000001500);
    assert_true(clock_monotonic_ns(&sim.clock) == start + 1500000000);
}

static void who_sleeps_does_not_count_on(void **state)
{
    (void)state;
    struct clock_sim sim;
    clock_sim_init(&sim, 1700000000000);
    int64_t since = clock_monotonic_ns(&sim.clock), awake = clock_awake_ns(&sim.clock);
    clock_sim_suspend(&sim, 5000);
    assert_true(clock_monotonic_ns(&sim.clock) == since + 5000000000);
    assert_true(clock_awake_ns(&sim.clock) == awake);
    clock_sim_advance(&sim, 1);
    assert_true(clock_awake_ns(&sim.clock) == awake + 1000000);
    clock_sim_set(&sim, 7);
    assert_true(clock_wall_ms(&sim.clock) == 7);
    assert_true(clock_awake_ns(&clock_system) <= clock_monotonic_ns(&clock_system));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(system_clock_goes_on),
        cmocka_unit_test(simulated_clock_stands_still),
        cmocka_unit_test(who_sleeps_does_not_count_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
