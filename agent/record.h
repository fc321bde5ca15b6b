/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RECORD_H
#define AGENT_RECORD_H

#include "agent/recording.h"
#include "core/clock.h"

/*
 * One look for a recording: what each probe reads goes in, as it reads it, and nothing else. Owners
 * of what is put are the probes by their place in the registry, and RECORD_HOST.
 */
enum { RECORD_HOST = 62, RECORD_SAMPLES = 63 };

struct record;

/*
 * With a mask (else NULL) a look is held back until record_end(): only when all of it was seen is
 * it known what is to be masked.
 */
struct mask;
struct record *record_new(struct recording *recording, struct mask *mask);
void record_free(struct record **record);

/* From one to the other, as recording_begin() and recording_end(). */
void record_begin(struct record *record, const struct recording_look *look);
int record_end(struct record *record, struct error *e);

/* What was read: a probe's, by its place in the registry. */
void record_see(struct record *record, uint32_t owner, enum root_kind kind, const char *path,
                const void *data, size_t length);

/* That probe has seen all that there is. */
void record_done(struct record *record, uint32_t owner);

/* The probes of the registry, one after the other in this process, over a tree of files. */
void record_tree(struct record *record, struct root *root, const struct clock *clock);

#endif
