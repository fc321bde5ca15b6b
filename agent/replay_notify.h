/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_REPLAY_NOTIFY_H
#define AGENT_REPLAY_NOTIFY_H

#include "agent/herald.h"
#include "agent/settings.h"

/*
 * Tells the receivers of a configuration what a replay comes to, by the exporters' own workers: as
 * the agent would have, with the times of the recording, but as fast as they take it. One thread;
 * must stay where it is from open to close.
 */
struct replay_notify {
    struct settings settings;
    struct launch launch;
    uv_loop_t loop;
    struct dispatch dispatch;
    struct herald herald;
    bool stalled; /* nothing arrives any more: no tick waits for it */
};

/*
 * Before this process has any event loop. What is wrong with the file is logged line by line. On an
 * error there is nothing to close.
 */
int replay_notify_open(struct replay_notify *notify, const char *config_file, struct error *e);

/* The alerts of a tick at t_ms. host is the caller's, good until the end. */
void replay_notify_tick(struct replay_notify *notify, const char *host, const struct alert *alerts,
                        size_t count, int64_t t_ms);

/* Waits, bounded, until all is delivered: -ETIMEDOUT, and e says how much is not. */
int replay_notify_wait(struct replay_notify *notify, struct error *e);

void replay_notify_close(struct replay_notify *notify);

#endif
