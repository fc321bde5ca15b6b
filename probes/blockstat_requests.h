/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_BLOCKSTAT_REQUESTS_H
#define PROBES_BLOCKSTAT_REQUESTS_H

#include <stdbool.h>
#include <stdint.h>

/* What the kernel has counted of one disk (all its paths together) at one moment. */
struct blockstat_counts {
    uint64_t requests;  /* handed to the driver: device/iorequest_cnt */
    uint64_t done;      /* device/iodone_cnt */
    uint64_t timeouts;  /* device/iotmo_cnt */
    uint64_t in_flight; /* inflight: what the block layer waits for */
};

/* What one look tells the next. Zeroed before the first. */
struct blockstat_memory {
    bool seen;
    uint64_t done, timeouts;
    uint64_t drift;   /* of requests - done, what are no requests that are still out */
    int64_t since_ns; /* nothing has come back since this look, or it was the first one */
    bool waiting;     /* since_ns counts */
};

struct blockstat_outstanding {
    uint64_t requests; /* out and not come back */
    double seconds;    /* for how long, at least, none of them has */
};

/*
 * Requests that are out, and since when nothing comes back.
 *
 * requests - done alone would not do. Up to Linux 6.2 a command that timed out is never counted as
 * done, and one that the host adapter refused to queue is counted twice as issued; either leaves a
 * difference for ever on a disk that is well. inflight alone would not do either: while the error
 * handler holds the commands of a dead disk it reads 0 (for 25 of 200 seconds, as measured). So a
 * disk begins to wait when something is in flight, and goes on waiting, whatever inflight says,
 * until something comes back or all that is out has timed out; a difference that was there with
 * nothing in flight is drift, as is what timed out.
 */
void blockstat_step(struct blockstat_memory *memory, const struct blockstat_counts *now,
                    int64_t now_ns, struct blockstat_outstanding *outstanding);

/* "0x1f" or "31" as the attributes have it; false where it is neither. */
bool blockstat_number(const char *text, uint64_t *number);

/* "    2    3", reads and writes in flight (inflight); their sum. */
bool blockstat_parse_inflight(const char *text, uint64_t *in_flight);

/*
 * Requests done, by "stat" (Documentation/block/stat.rst): reads, writes, discards and flushes;
 * older kernels have fewer columns.
 */
bool blockstat_parse_stat(const char *text, uint64_t *done);

#endif
