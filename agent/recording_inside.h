/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RECORDING_INSIDE_H
#define AGENT_RECORDING_INSIDE_H

#include "agent/recording.h"
#include "core/buf.h"
#include "core/recording.pb-c.h"

/* What recording.c (the file) and recording_frame.c (its frames) share. */
struct recording {
    int fd;
    char *path;
    int64_t size, at; /* of the file: its length, how much of it was read */
    int64_t max_bytes;
    bool writes;
    struct recording_state *state;
    uint64_t number;
    struct recording_look look;
    char **gone; /* in the look at hand */
    size_t gone_count, gone_room;
};

enum {
    FRAME_HEAD = 12, /* length, sum, length when inflated */
    FRAME_MAX = 64 * 1024 * 1024,
    FRAME_MAX_INFLATED = 256 * 1024 * 1024,
};

void recording_note_gone(struct recording *recording, const char *path);
void recording_empty_gone(struct recording *recording);

/* Frames of bytes, with no file: what comes in is outside input. */
void frame_make(struct recording *recording, struct buf *out);

/* A frame's head: how many bytes follow; -EINVAL for what cannot be. */
int frame_length(const unsigned char head[FRAME_HEAD], size_t *length, struct error *e);

/* Takes a frame's bytes into the state. */
int frame_take(struct recording *recording, const unsigned char head[FRAME_HEAD], const void *body,
               size_t length, struct recording_look *look, struct error *e);

#endif
