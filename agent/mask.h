/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_MASK_H
#define AGENT_MASK_H

#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/error.h"

/*
 * Names that tell whose host it is, replaced in what is recorded: serial numbers, the part of WWNs
 * that a maker gives to one disk, the host's name, NFS servers with their addresses and exports,
 * and the parts of mount points that are not usual ones. Each becomes another of the same length
 * and kind (an address: another address), the same one wherever it stands, so that what belongs
 * together still does. Model, firmware, sizes, kernel names and all counters stay.
 *
 * Which one is by a key that is kept beside the recording (mask.key) and is not to be sent along:
 * without it nobody can try serial numbers one by one.
 *
 * First everything that there is is shown to mask_learn(), then each text comes out of mask_text().
 */
enum { MASK_KEY_BYTES = 16, MASK_MAX_WORDS = 20000 };

struct mask;

struct mask *mask_new(const unsigned char key[MASK_KEY_BYTES]);
void mask_free(struct mask **mask);

/* The one with the key of that directory, which is made where there is none. */
int mask_open(const char *directory, struct mask **mask, struct error *e);

/* Learns what a file of that path tells: which names there are to be masked. */
void mask_learn(struct mask *mask, const char *path, const char *data, size_t length);

/* Appends what is to be recorded of a file, or of where a link leads. */
void mask_text(const struct mask *mask, const char *path, const char *data, size_t length,
               struct buf *out);

/* A word of which every place is to be masked: a serial number; a name, which stands alone. */
enum mask_kind { MASK_SERIAL, MASK_NAME, MASK_ADDRESS };
void mask_add(struct mask *mask, enum mask_kind kind, const char *word, size_t length);

#endif
