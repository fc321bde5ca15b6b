/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RECORDING_H
#define AGENT_RECORDING_H

#include "agent/recording_state.h"

/*
 * A recording: a directory whose file "recording" grows by a frame a look. After a first line, each
 * frame is: length (4 bytes, little-endian), XXH32 of what follows, then a message of
 * core/recording.proto behind its length (4 bytes), deflated (zlib). What did not change since the
 * look before is not written; what did, as a difference. A frame that was cut off by a crash or a
 * full disk is left out by readers and taken away by the next writer; all before it stays good.
 *
 * Further files in the directory, for people: "outage" (a time in its first line: what is to be
 * warned of; the rest says what happened).
 */
struct recording;

struct recording_look {
    int64_t at_ms;    /* wall clock */
    int64_t holds_ms; /* how long this is known to hold; 0: until the next look */
};

/* Opens it for reading from its start; -ENOENT where there is none, -EINVAL where it is none. */
int recording_open(const char *directory, struct recording **recording, struct error *e);

/* The same for going on with it; directory and file are made where they are missing. */
int recording_append(const char *directory, int64_t max_bytes, struct recording **recording,
                     struct error *e);
void recording_close(struct recording **recording);

/*
 * Reads the next look; the state is that of its moment then. 1: there is one, 0: the end. A broken
 * frame is the end too, and *e says so (code 0 where all is well).
 */
int recording_next(struct recording *recording, struct recording_look *look, struct error *e);

const struct recording_state *recording_state(const struct recording *recording);

/* What the look that was read last, or is being written, found to be gone, in the order of paths.
 */
char *const *recording_gone(const struct recording *recording, size_t *count);

/* How much of the file was read so far, from 0 to 1. */
double recording_progress(const struct recording *recording);

/* The number of the look that was read, or begun, last; from 1 on. Entries are marked with it. */
uint64_t recording_number(const struct recording *recording);

/*
 * Writing a look: begin, put what is there, end. owner is whose round saw it: what the same owner
 * saw before and does not put again is gone, unless it is kept.
 */
void recording_begin(struct recording *recording, const struct recording_look *look);
int recording_put(struct recording *recording, uint32_t owner, enum root_kind kind,
                  const char *path, const void *data, size_t length, struct error *e);

/* The owner has seen all that there is now; keep (may be NULL) says what stays unseen. */
void recording_owner_done(struct recording *recording, uint32_t owner,
                          bool (*keep)(const struct recording_state *state, const char *path));

/* -EFBIG: it would be longer than max_bytes, and nothing is written. */
int recording_end(struct recording *recording, struct error *e);

/* Bytes of the file. */
int64_t recording_bytes(const struct recording *recording);

#endif
