/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_HISTORY_ROW_H
#define CORE_HISTORY_ROW_H

#include "core/labels.h"
#include "core/varint.h"

/*
 * What the rows of the history's database hold, as bytes. Pure; a decoder takes any bytes and
 * gives -EBADMSG where they are no such row. Numbers are varints and values are as in varint.h.
 *
 * Each row's blob begins with the low four bytes of XXH3 over the rest, seeded by where the row
 * stands: what a broken disk or a stray write made of it is left out, not believed.
 */
enum { ROW_CHECK_BYTES = 4 };

void row_begin(struct buf *row);                  /* makes room for the check */
void row_finish(struct buf *row, uint64_t place); /* fills it in */

/* Gives what is behind the check; false where that does not fit. */
bool row_open(const void *bytes, size_t length, uint64_t place, struct span *content);

/*
 * A series: how many labels, then of each name and value, both with their lengths before them.
 * In the order of the given labels; two sets are the same when their bytes are.
 */
void row_put_labels(const struct label *labels, size_t count, struct buf *out);
int row_take_labels(struct span content, struct arena *arena, const struct labels **labels);

/*
 * A head row: the samples that came at one time, of the series that have ids 0, 1, 2 ... It tells
 * each value by the last one that the series had in earlier rows, but for rows that are whole:
 *
 *     flags   1: whole, every series is at 0 before this row
 *     then n * 4 + what, for the next n series each:
 *       0     no sample
 *       1     the same value
 *       2     another value: n times varint of twice the zigzag of the difference of whole numbers
 *             (0 in place of a last value that is none), or a byte 1 and the double's eight bytes
 */
struct head_sample {
    uint32_t id;
    uint64_t value; /* the double's bits */
};

/* The last value of each series. Zero it to start. */
struct head_state {
    uint64_t *values;
    size_t count, room;
};

void head_state_grow(struct head_state *state, size_t count); /* new ones are 0 */
void head_state_free(struct head_state *state);

/* samples are sorted by id, each once, and the state has them all. */
void row_put_head(struct head_state *state, const struct head_sample *samples, size_t count,
                  bool whole, struct buf *out);

bool row_head_is_whole(struct span content);

/* Calls visit for each sample. No series beyond the state's count is believed. */
int row_take_head(struct head_state *state, struct span content,
                  void (*visit)(const struct head_sample *, void *), void *arg);

#endif
