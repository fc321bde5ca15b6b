/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_BASELINE_H
#define PROBES_MAILINDEX_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"

/*
 * What mailboxes were like when they were last found sound: a row a mailbox in one SQLite file,
 * its bytes those of mailindex_sums.h. Changes are grouped into transactions, so that a run that
 * is broken off loses the last of them and never leaves half a row. One thread, one process: a
 * second one that opens the file waits for a while, then fails.
 */
struct mailindex_baseline;

/* Makes the file where there is none. -EBADMSG where it is not what forewarn made. */
int mailindex_baseline_open(const char *path, struct mailindex_baseline **baseline,
                            struct error *e);

/*
 * From now on no other process can open it, and no other file is opened until it is closed: the
 * rights that the thread has meanwhile do not matter.
 */
int mailindex_baseline_keep_open(struct mailindex_baseline *baseline, struct error *e);

/* Writes what is pending; the first error that there was since it was opened. */
int mailindex_baseline_close(struct mailindex_baseline **baseline, struct error *e);

/* Of the path of a mailbox's index, say. */
uint64_t mailindex_baseline_key(const char *path, const char *name);

/* 1 and its bytes in buf (which is emptied first), 0 where it is not known, or negative. */
int mailindex_baseline_get(struct mailindex_baseline *baseline, uint64_t key, struct buf *buf,
                           struct error *e);
int mailindex_baseline_put(struct mailindex_baseline *baseline, uint64_t key, const void *bytes,
                           size_t length, struct error *e);

/* How many mailboxes are known. */
int64_t mailindex_baseline_count(struct mailindex_baseline *baseline);

#endif
