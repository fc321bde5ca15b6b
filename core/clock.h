/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdint.h>

/*
 * Both clocks behind one interface, so that everything that waits or dates can run on a simulated
 * one. wall_ms: milliseconds since 1970, may jump. monotonic_ns: never goes back, counts suspend
 * (CLOCK_BOOTTIME). awake_ns: the same, but stands still while the host is suspended
 * (CLOCK_MONOTONIC).
 */
struct clock {
    int64_t (*wall_ms)(const struct clock *);
    int64_t (*monotonic_ns)(const struct clock *);
    int64_t (*awake_ns)(const struct clock *);
};

extern const struct clock clock_system;

/* A clock that stands still until it is told to advance. */
struct clock_sim {
    struct clock clock; /* pass &sim.clock on */
    int64_t wall_ms;
    int64_t monotonic_ns, awake_ns;
};

void clock_sim_init(struct clock_sim *sim, int64_t wall_ms);
void clock_sim_advance(struct clock_sim *sim, int64_t ms);
void clock_sim_suspend(struct clock_sim *sim, int64_t ms);  /* time goes by, nobody is awake */
void clock_sim_set(struct clock_sim *sim, int64_t wall_ms); /* somebody sets the wall clock */

static inline int64_t clock_wall_ms(const struct clock *clock)
{
    return clock->wall_ms(clock);
}

static inline int64_t clock_monotonic_ns(const struct clock *clock)
{
    return clock->monotonic_ns(clock);
}

static inline int64_t clock_awake_ns(const struct clock *clock)
{
    return clock->awake_ns(clock);
}

#endif
