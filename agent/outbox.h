/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_OUTBOX_H
#define AGENT_OUTBOX_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/exporter.pb-c.h"

/*
 * Events on their way: each waits for the receivers that do not have it yet. A receiver is called
 * "exporter/name". Bounded: when it is full the oldest goes, and is counted. Of heartbeats only the
 * newest waits, and none outlives the process. One thread.
 */
struct outbox;

enum { OUTBOX_MAX_EVENTS = 10 * 1000 };

struct outbox *outbox_new(void);
void outbox_free(struct outbox **outbox);

/* Adds an event for the receivers that it names; it is copied. One for nobody is not kept. */
void outbox_add(struct outbox *outbox, const Forewarn__Event *event);

/* The position behind the newest event. */
uint64_t outbox_end(const struct outbox *outbox);

/*
 * The oldest event from position on which has a receiver of that exporter; *position is where to
 * go on. receivers (an array with room for count, which says how many were found) are the names
 * without the exporter's. NULL: there is none. What is given is good until the outbox changes.
 */
const Forewarn__Event *outbox_next(const struct outbox *outbox, const char *exporter,
                                   uint64_t *position, const char **receivers, size_t *count);

/* The receiver has the event, or never will. */
void outbox_delivered(struct outbox *outbox, const char *exporter, const char *receiver,
                      const char *id);

/* Forgets receivers that are none any more: those for which is_known() says so. */
void outbox_keep(struct outbox *outbox, bool (*is_known)(const char *receiver, void *arg),
                 void *arg);

size_t outbox_count(const struct outbox *outbox);
uint64_t outbox_dropped(const struct outbox *outbox); /* since the start */

/* All of it as delimited protobuf messages, and back; -EBADMSG for others' bytes. */
void outbox_save(const struct outbox *outbox, struct buf *out);
int outbox_load(struct outbox *outbox, const char *bytes, size_t length, struct error *e);

#endif
