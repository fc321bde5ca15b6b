/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_LINK_H
#define AGENT_LINK_H

#include <uv.h>

#include "core/error.h"
#include "core/worker.pb-c.h"

/* The bytes that one worker may send. */
#define LINK_MAX_BYTES ((size_t)256 * 1024 * 1024)

/*
 * The agent's end of one worker on the event loop: its socket, and its standard error, which goes
 * to the log (relay.h).
 */
struct link;

struct link_events {
    /* A report, which is the receiver's. */
    void (*report)(void *owner, Forewarn__Report *report);
    /*
     * The socket is at its end (code 0), or what came is no report (-EMSGSIZE, -EBADMSG) or too
     * much
     * (-EDQUOT). Nothing more comes after it.
     */
    void (*end)(void *owner, int code, const struct error *e);
};

/* Both descriptors are the link's from now on; name is the probe's, owner is for the events. */
struct link *link_open(uv_loop_t *loop, int socket, int log, const char *name,
                       const struct link_events *events, void *owner);

void link_send(struct link *link, const Forewarn__Order *order);

/* Tells the worker that nothing more is wanted; its log is still listened to. No more events. */
void link_hang_up(struct link *link);

/* Closes both; memory is freed by the loop. No more events. */
void link_close(struct link **link);

#endif
