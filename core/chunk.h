/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_CHUNK_H
#define CORE_CHUNK_H

#include "core/bits.h"
#include "core/buf.h"

struct point {
    int64_t t; /* milliseconds since 1970 */
    double v;
};

/*
 * Samples of one series in few bytes, bit for bit, NaNs too. After Gorilla (Pelkonen et al.,
 * VLDB 2015, section 4.1) and Prometheus' chunks, with two things added: what goes on as before is
 * a run, however long, and whole numbers may be told by their difference. In the order of bytes:
 *
 *     count      varint (varint.h), 1 to CHUNK_MAX_POINTS
 *     first time varint of its zigzag      (left out with the count while a chunk is written)
 *     first value as varint.h has it
 *     then bits, the highest first, padded with zeroes; a record is
 *       0  run               that many samples, each as predicted: the step in time is that of the
 *                            sample before; so is the difference in value where this and the last
 *                            two are whole numbers, else the value is the same
 *       10 value             a sample at the same step
 *       11 step value        a sample at another step
 *     run   Elias' gamma code: n zeroes and the n + 1 bits of the number
 *     step  the difference to the step before (0 before the second sample), zigzag, in
 *           0 and 7 bits, 10 and 14, 110 and 20, 1110 and 32, 1111 and 64
 *     value 0                the XOR with the value before, in the window of the last 10
 *           10 lead width    the same in a new window: 6 bits leading zeroes, 6 bits width - 1
 *           110              the difference to the whole number before, zigzag, in 3 bits
 *           111 n            the same in 4 * (n + 1) bits, n in 4 bits, at most 56
 *
 * A constant on an even step costs some 15 bytes, for a day or a month. Pure: no I/O.
 */
enum { CHUNK_MAX_POINTS = 65535 };

/* The last sample and what the next one is told by; one side's as the other's. */
struct chunk_state {
    int64_t t;
    uint64_t step;        /* modulo 2^64 */
    uint64_t value;       /* the double's bits */
    int64_t whole, delta; /* the value, and what it differs by, where they are whole numbers */
    bool is_whole;
    uint8_t lead, width; /* the window; width 0: none yet */
};

/* A chunk that grows. Zero it to start; chunk_free() gives its bytes back. */
struct chunk_writer {
    struct chunk_state last;
    uint8_t *bytes; /* all but the count and the run that goes on */
    uint32_t room, bit_count;
    uint32_t count; /* samples */
    uint32_t run;   /* samples, of count, that are in no record yet */
};

/* point is later than the last one, and there are less than CHUNK_MAX_POINTS. */
void chunk_append(struct chunk_writer *writer, struct point point);

/* About as many bytes as chunk_finish() will add. */
size_t chunk_length(const struct chunk_writer *writer);

/* Adds the chunk to out; it can be appended to afterwards. There is one sample at least. */
void chunk_finish(struct chunk_writer *writer, struct buf *out);

void chunk_free(struct chunk_writer *writer);

/* Reading, forward only. The bytes must stay as they are meanwhile. */
struct chunk_reader {
    struct chunk_state last;
    struct bits bits;
    uint32_t left; /* samples beyond last */
    uint32_t run;  /* of those, at the front: as predicted */
    uint32_t tail; /* of those, at the end: the run that a writer has not written */
    bool held;     /* last has not been given yet */
    bool is_broken;
};

/* Begins a chunk, from a file perhaps. -EBADMSG: it is none. */
int chunk_open(const void *bytes, size_t length, struct chunk_reader *reader);

/* Begins what a writer holds, one sample at least, until the next one is appended. */
void chunk_open_writer(const struct chunk_writer *writer, struct chunk_reader *reader);

/*
 * Gives up to room samples in time order: how many, 0 at the end, -EBADMSG where the bytes are no
 * chunk (all before that was given). Any bytes may be read. Long runs cost nothing but their
 * points.
 */
int chunk_read(struct chunk_reader *reader, struct point *points, size_t room);

/* Passes over the samples up to t, those of a run at once. Errors as above. */
int chunk_skip(struct chunk_reader *reader, int64_t t);

#endif
