/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_KEEPER_H
#define AGENT_KEEPER_H

#include "agent/configuration.h"
#include "agent/evaluation.h"
#include "agent/herald.h"

/*
 * Keeps what must outlive the process: the store's samples and the alerts' clocks, in the history
 * of the state directory, written by a thread of its own. Where that cannot be, all goes on in
 * memory alone, and forewarn_history_writable says so.
 */
struct keeper;

/*
 * Opens the history and fills the store from it; may block, so before the loop runs. What is wrong
 * with it is logged.
 */
struct keeper *keeper_open(const char *directory, const struct config *config, struct store *store,
                           int64_t now_ms);

/*
 * Hands over what a tick has changed, and keeps the store within its bounds. Where it cannot be
 * kept, the herald is told at once that nothing is to be waited for.
 */
void keeper_tick(struct keeper *keeper, struct evaluation *evaluation, struct herald *herald);

/* The wall clock was set: for a while nothing is dropped for its age. */
void keeper_jump(struct keeper *keeper);

/*
 * From now on until keeper_deafen(), kept(owner) is called on the loop when all that was handed
 * over has been written.
 */
void keeper_listen(struct keeper *keeper, uv_loop_t *loop, void (*kept)(void *owner), void *owner);
void keeper_deafen(struct keeper *keeper);

/*
 * Restores events that wait, what was said of alerts, alerts into rules that have not been
 * evaluated yet, and when the last tick was, so that none comes twice. Once, after keeper_open().
 */
void keeper_restore(struct keeper *keeper, struct evaluation *evaluation, struct herald *herald,
                    int64_t now_ms);

/*
 * Other bounds: how far back, and in how much memory. Directory and size on disk stay as they were
 * when it was opened.
 */
void keeper_configure(struct keeper *keeper, const struct config *config);

/* Samples about it; the batch's probe is self_probe. */
void keeper_report(const struct keeper *keeper, struct batch *batch);

/* Writes what is still to be written, for a bounded time. */
void keeper_close(struct keeper **keeper);

#endif
