/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_TELLER_H
#define AGENT_TELLER_H

#include "agent/dispatch.h"
#include "agent/outbox.h"
#include "exporters/exporter.h"

/*
 * The agent's side of one exporter's worker: keeps the process running, gives it its configuration,
 * snapshots and the events of the outbox, and takes word of what was delivered. A worker that dies
 * is started again, after a while that grows, and is given all events anew that it has not called
 * delivered. One that takes nothing any more is killed.
 */
struct teller {
    struct teller *next; /* of the same dispatch */
    uv_loop_t *loop;
    struct dispatch *dispatch;
    struct outbox *outbox;
    const struct exporter *exporter;
    uint32_t program;    /* the launcher's number of it */
    char *configuration; /* JSON; NULL: it is not to run */
    uint64_t released;   /* events from this position on are not to be told yet */

    uint32_t worker; /* 0: none */
    struct link *link;
    uv_timer_t timer;                      /* of the next start */
    uint64_t started_ms, stalled_since_ms; /* uv_now(); stalled: 0 while it takes what is sent */
    unsigned failures;                     /* in a row */
    uint64_t position;                     /* in the outbox: what was told by then */
    struct buf snapshot;                   /* the last one, packed, for a worker that starts */
};

/* The teller must stay where it is until teller_close() and a turn of the loop. */
void teller_open(struct teller *teller, uv_loop_t *loop, struct dispatch *dispatch,
                 struct outbox *outbox, const struct exporter *exporter, uint32_t program);
void teller_close(struct teller *teller);

/* Another configuration (copied) starts another worker, NULL ends it; the same changes nothing. */
void teller_configure(struct teller *teller, const char *configuration);

/* A message with a snapshot, packed by wire_put(): copied and sent. */
void teller_snapshot(struct teller *teller, const struct buf *packed);

/* Tells the events before that position of the outbox which were not told yet. */
void teller_release(struct teller *teller, uint64_t position);

/* To be called now and then: kills a worker that takes nothing any more. */
void teller_look_after(struct teller *teller);

/* What the launcher says of its worker. */
void teller_event(struct teller *teller, const struct launch_event *event, int socket, int log);

#endif
