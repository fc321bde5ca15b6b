/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_GIVEN_H
#define CORE_GIVEN_H

#include "core/store.h"

/*
 * The series that somebody (the probes, a rule) gives at each tick. One that was given at the tick
 * before and is not any more has ended, and gets a staleness marker. Zero it to start;
 * given_free() at the end, which touches no series.
 */
struct given {
    const struct series **now, **before;
    size_t now_count, now_room, before_count, before_room;
};

/* One that is given at this tick; twice the same is the same. */
void given_add(struct given *given, const struct series *series);

/* The tick at t_ms is over: marks what has ended. */
void given_end_tick(struct given *given, int64_t t_ms);

/* Nobody knows what there was at this tick: forgets what was given, and nothing has ended. */
void given_drop_tick(struct given *given);

/* Within store_forget(): holds what became of its series. */
void given_follow(struct given *given);

void given_free(struct given *given);

#endif
