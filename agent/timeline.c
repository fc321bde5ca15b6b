/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/timeline.h"

void timeline_init(struct timeline *timeline, const struct clock *clock, int64_t step_ms)
{
    *timeline = (struct timeline){
        .clock = clock,
        .step_ms = step_ms,
        .wall_ms = clock_wall_ms(clock),
        .awake_ms = clock_awake_ns(clock) / 1000000,
        .tick_ms = INT64_MIN,
    };
}

void timeline_set_step(struct timeline *timeline, int64_t step_ms)
{
    timeline->step_ms = step_ms;
}

static int64_t floor_to(int64_t t_ms, int64_t step_ms)
{
    return (t_ms / step_ms - (t_ms % step_ms < 0)) * step_ms;
}

int64_t timeline_read(struct timeline *timeline)
{
    int64_t wall_ms = clock_wall_ms(timeline->clock);
    int64_t awake_ms = clock_awake_ns(timeline->clock) / 1000000;
    int64_t jump_ms = (wall_ms - timeline->wall_ms) - (awake_ms - timeline->awake_ms);
    int64_t half_ms = timeline->step_ms / 2;

    timeline->wall_ms = wall_ms;
    timeline->awake_ms = awake_ms;
    if (jump_ms > -half_ms && jump_ms < half_ms)
        return 0;
    if (jump_ms < 0)
        timeline->tick_ms = floor_to(wall_ms, timeline->step_ms);
    return jump_ms;
}

static bool take(struct timeline *timeline, int64_t at_ms, int64_t *t_ms)
{
    if (at_ms <= timeline->tick_ms)
        return false;
    *t_ms = timeline->tick_ms = at_ms;
    return true;
}

bool timeline_tick(struct timeline *timeline, int64_t *t_ms)
{
    return take(timeline, floor_to(timeline->wall_ms, timeline->step_ms), t_ms);
}

bool timeline_tick_now(struct timeline *timeline, int64_t *t_ms)
{
    return take(timeline, timeline->wall_ms, t_ms);
}

int64_t timeline_wait_ms(const struct timeline *timeline)
{
    int64_t next_ms = floor_to(timeline->wall_ms, timeline->step_ms) + timeline->step_ms;
    return next_ms - timeline->wall_ms;
}
