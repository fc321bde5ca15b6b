/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_LINK_H
#define AGENT_LINK_H

#include <uv.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/worker.pb-c.h"

/*
 * The agent's end of one worker on the event loop: its socket, and its standard error, which goes
 * to the log (relay.h).
 */
struct link;

struct link_events {
    const ProtobufCMessageDescriptor *type; /* what the worker says */
    size_t max_bytes;                       /* in all its life; 0: no bound */
    /* A message of that type, which is the receiver's. */
    void (*message)(void *owner, ProtobufCMessage *message);
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

void link_send(struct link *link, const ProtobufCMessage *message);

/* The same for messages that are packed already (wire_put()). */
void link_send_bytes(struct link *link, const struct buf *packed);

/* Bytes that the worker has not taken yet. */
size_t link_pending(const struct link *link);

/* Tells the worker that nothing more is wanted; its log is still listened to. No more events. */
void link_hang_up(struct link *link);

/* Closes both; memory is freed by the loop. No more events. */
void link_close(struct link **link);

#endif
