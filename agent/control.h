/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CONTROL_H
#define AGENT_CONTROL_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>
#include <uv.h>

#include "core/buf.h"
#include "core/error.h"

/*
 * The control socket: a stream socket on which a client writes one line of JSON, {"command": NAME,
 * ...}, and gets one line of JSON back, {"status": "success", "data": ...} or {"status": "error",
 * "errorType": ..., "error": TEXT}, as Prometheus' HTTP API answers. Everybody may read by it; who
 * may change something is known by SO_PEERCRED.
 */
struct control;

enum {
    CONTROL_MAX_REQUEST = 1024 * 1024, /* bytes */
    CONTROL_MAX_CLIENTS = 32, /* at once; root, which may always ask, has as many for itself */
    CONTROL_MAX_PER_USER = 8,
    CONTROL_TIMEOUT_MS = 10000,      /* for a client to ask, and to take its answer */
    CONTROL_MAX_WAIT_MS = 60 * 1000, /* for what has to be waited for, whatever is asked for */
};

struct control_command {
    const char *name;
    bool changes; /* only for root and for the user that the agent runs as */
    /* Adds the answer, one line of JSON with its end; negative: there is none but the error. */
    int (*run)(void *owner, const json_t *request, struct buf *out, struct error *e);
    /*
     * Of a command that may have to wait: whether run is to be called now. It is asked for at once
     * and then many times a second, until the time is over that the request's "timeout" gives
     * (seconds; none: 0); then run is called all the same. Both find the wall clock's milliseconds
     * of when it was asked in the request's "asked_at". NULL: never waits.
     */
    bool (*ready)(void *owner, const json_t *request);
};

/*
 * Listens at path, where a socket that nobody listens to any more is replaced; -EADDRINUSE where
 * another agent answers. commands end with a name of NULL.
 */
int control_open(uv_loop_t *loop, const char *path, const struct control_command *commands,
                 void *owner, struct control **control, struct error *e);

/* Removes the socket; memory is freed by the loop. */
void control_close(struct control **control);

#endif
