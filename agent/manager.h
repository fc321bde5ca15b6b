/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_MANAGER_H
#define AGENT_MANAGER_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "core/look.h"

/*
 * What the agent tells whoever manages services: systemd, by datagrams to $NOTIFY_SOCKET (the
 * protocol of sd_notify(3), without its library). Where there is no such socket nothing is said.
 */
struct manager {
    int socket;    /* -1: nobody to tell */
    bool ready;    /* READY=1 was taken */
    char said[96]; /* the last STATUS */
    uv_timer_t beat;
};

/*
 * Reads $NOTIFY_SOCKET (a path, or one in the abstract name space that starts with @), and
 * $WATCHDOG_USEC with $WATCHDOG_PID: from then on the loop says that it is alive twice in that
 * time. manager must stay where it is until manager_close() and a turn of the loop.
 */
void manager_open(struct manager *manager, uv_loop_t *loop);
void manager_close(struct manager *manager); /* also says that the agent is about to end */

/* After each tick; the first one makes it ready. What has not changed is not said again. */
void manager_looked(struct manager *manager, const struct look *look);

/* Around reading the settings anew. */
void manager_reloading(struct manager *manager);
void manager_reloaded(struct manager *manager);

/* How often to say that one is alive, in milliseconds; 0: nobody asked. Pure. */
int64_t manager_beat_ms(const char *watchdog_usec, const char *watchdog_pid, int64_t pid);

/* "critical: 2 critical, 1 warning", in a buffer of size bytes. */
void manager_status(const struct look *look, char *text, size_t size);

#endif
