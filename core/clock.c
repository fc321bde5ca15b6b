/* SPDX-License-Identifier: Apache-2.0 */
#include "core/clock.h"

#include <time.h>

static int64_t read_ns(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t system_wall_ms(const struct clock *clock)
{
    (void)clock;
    return read_ns(CLOCK_REALTIME) / 1000000;
}

static int64_t system_monotonic_ns(const struct clock *clock)
{
    (void)clock;
    return read_ns(CLOCK_BOOTTIME);
}

static int64_t system_awake_ns(const struct clock *clock)
{
    (void)clock;
    return read_ns(CLOCK_MONOTONIC);
}

const struct clock clock_system = {
    .wall_ms = system_wall_ms,
    .monotonic_ns = system_monotonic_ns,
    .awake_ns = system_awake_ns,
};

static int64_t sim_wall_ms(const struct clock *clock)
{
    return ((const struct clock_sim *)clock)->wall_ms;
}

static int64_t sim_monotonic_ns(const struct clock *clock)
{
    return ((const struct clock_sim *)clock)->monotonic_ns;
}

static int64_t sim_awake_ns(const struct clock *clock)
{
    return ((const struct clock_sim *)clock)->awake_ns;
}

void clock_sim_init(struct clock_sim *sim, int64_t wall_ms)
{
    *sim = (struct clock_sim){
        .clock = {.wall_ms = sim_wall_ms,
                  .monotonic_ns = sim_monotonic_ns,
                  .awake_ns = sim_awake_ns},
        .wall_ms = wall_ms,
    };
}

void clock_sim_advance(struct clock_sim *sim, int64_t ms)
{
    clock_sim_suspend(sim, ms);
    sim->awake_ns += ms * 1000000;
}

void clock_sim_suspend(struct clock_sim *sim, int64_t ms)
{
    sim->wall_ms += ms;
    sim->monotonic_ns += ms * 1000000;
}

void clock_sim_set(struct clock_sim *sim, int64_t wall_ms)
{
    sim->wall_ms = wall_ms;
}
