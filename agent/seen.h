/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_SEEN_H
#define AGENT_SEEN_H

#include "agent/intake.h"
#include "core/given.h"
#include "core/look.h"

/*
 * What one round of a probe saw: its samples, each once, its findings, how it went. While a round
 * is under way it holds what has come so far. The agent's ticks read the last one of each probe.
 */
struct seen {
    struct arena *arena;
    struct store *store; /* a sample a series, at at_ms */
    struct intake intake;
    struct probe_result result;
    int64_t at_ms; /* when the round began, wall clock */
};

struct seen *seen_new(int64_t at_ms);
void seen_free(struct seen **seen);

/*
 * Gives the values of what was seen to a store as samples at t_ms, and tells given of each series.
 * The result of a round that is not over is not among them.
 */
void seen_sample(const struct seen *seen, struct store *store, int64_t t_ms, struct given *given);

#endif
