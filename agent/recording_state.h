/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RECORDING_STATE_H
#define AGENT_RECORDING_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/root.h"

/*
 * What a host's files are at one moment of a recording, by their paths. Written and read recordings
 * keep the same state, so that only what changes is written. Bounded: what comes from somebody
 * else's file is outside input.
 */
enum {
    RECORDING_MAX_PATHS = 1000 * 1000,
    RECORDING_MAX_FILE = 8 * 1024 * 1024,    /* bytes of one file */
    RECORDING_MAX_BYTES = 1024 * 1024 * 1024 /* of all that are there at a time */
};

struct recorded {
    char *path;
    enum root_kind kind;
    char *data; /* a file's content, a link's target; NUL at the end */
    size_t length;
    uint64_t hash;
    char *before; /* what a file held before the look that changed it; NULL: nothing */
    size_t before_length;
    uint64_t look;         /* the number of the look that saw it last */
    uint64_t change;       /* and of the one that changed it */
    uint64_t owners, seen; /* a bit for each who knows it; and for each who saw it in that look */
};

struct recording_state;
struct recording_state *recording_state_new(void);
void recording_state_free(struct recording_state **state);

struct recorded *recording_state_find(const struct recording_state *state, const char *path);

/* Whether a path may stand in a recording: "/a/b", no "." or ".." and no empty names. */
bool recording_path_is_good(const char *path);

/* What it held before is not wanted any more. */
void recorded_forget(struct recorded *entry);

/*
 * Puts what is at path there; it is copied. *entry says what is there now. 1: that is new or
 * changed, 0: it was there; -E2BIG, or -EINVAL for a path that is none.
 */
int recording_state_put(struct recording_state *state, enum root_kind kind, const char *path,
                        const void *data, size_t length, struct recorded **entry, struct error *e);

void recording_state_remove(struct recording_state *state, const char *path);

/* Calls visit for each entry, in the order of their paths; nothing may be put or removed then. */
void recording_state_walk(const struct recording_state *state,
                          void (*visit)(struct recorded *entry, void *arg), void *arg);

size_t recording_state_count(const struct recording_state *state);

#endif
