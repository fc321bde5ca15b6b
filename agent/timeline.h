/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_TIMELINE_H
#define AGENT_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/clock.h"

/*
 * The agent's time: ticks stand at multiples of a step on the wall clock, and what the wall clock
 * does besides going on (it is set, or the host was suspended) is noticed by comparing it with the
 * time that the host was awake. Only differences between two readings count, so that a clock which
 * is slewed never counts as set.
 */
struct timeline {
    const struct clock *clock;
    int64_t step_ms;
    int64_t wall_ms;  /* as read last */
    int64_t awake_ms; /* the same moment on the clock that stands still in suspend */
    int64_t tick_ms;  /* of the last tick; INT64_MIN: there was none */
};

void timeline_init(struct timeline *timeline, const struct clock *clock, int64_t step_ms);

/* Another step; the next tick is the next multiple of it. */
void timeline_set_step(struct timeline *timeline, int64_t step_ms);

/*
 * Reads the clocks. Gives the milliseconds by which the wall clock went on more (suspended, or set
 * forward) or less (set back: negative) than the host lived through since the last reading; 0 when
 * that is less than half a step. After a step back ticks start anew.
 */
int64_t timeline_read(struct timeline *timeline);

/* The tick that is due at the last reading, the latest where some were missed; false: none is. */
bool timeline_tick(struct timeline *timeline, int64_t *t_ms);

/* A tick out of turn, at the moment of the last reading; false where the last one is not past. */
bool timeline_tick_now(struct timeline *timeline, int64_t *t_ms);

/* How long after the last reading the next tick comes, in milliseconds. */
int64_t timeline_wait_ms(const struct timeline *timeline);

#endif
