/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_WRITER_H
#define AGENT_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"

/*
 * A thread that does what may block (writing to a disk that perhaps hangs) behind a bounded queue,
 * so that nobody waits for it: when it stalls, what does not fit any more is dropped, and told.
 */
struct writer;

struct writer_work {
    /* In the thread. Negative: it failed. The item is the callee's from now on. */
    int (*write)(void *owner, void *item, struct error *e);
    void (*drop)(void *owner, void *item); /* of one that is not written: frees it */
    void (*end)(void *owner);              /* in the thread, last; may be NULL */
    void *owner;
};

enum { WRITER_QUEUE = 32 };

/* Starts the thread. All functions below belong to the thread that calls this. */
int writer_start(const struct writer_work *work, struct writer **writer, struct error *e);

/* Hands an item over; false: the queue is full, and the item was dropped. */
bool writer_push(struct writer *writer, void *item);

/*
 * Whether it works: not while the last item failed, nor while one has been under way for more than
 * stall_ms. *e (which may be NULL) says why not.
 */
bool writer_works(struct writer *writer, int64_t stall_ms, struct error *e);

/* How many items it has done with, written or failed. */
uint64_t writer_done(struct writer *writer);

/* Has wake(arg) called, in the thread, after each item from now on; NULL: not any more. */
void writer_listen(struct writer *writer, void (*wake)(void *arg), void *arg);

/*
 * Lets it write what is in the queue, for so long, and ends it. A thread that hangs is left to the
 * end of the process; true: it has ended.
 */
bool writer_stop(struct writer **writer, int64_t wait_ms);

#endif
