/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MD_MEMORY_H
#define PROBES_MD_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

/*
 * Which member held which slot when last seen: md forgets the slot of a member as soon as it has
 * failed. Kept from one round to the next, also in a file, as each round may be a process of its
 * own; arrays that are gone are forgotten.
 */
struct md_memory;

struct md_past {
    const char *device;
    const char *disk; /* stable identity, "" where it was not known or there were several */
    int slot;
    bool serving; /* it held the slot in the last round, and not only before */
};

struct md_memory *md_memory_new(void);
void md_memory_free(struct md_memory **memory);

/* A round: what is noted in it replaces what was known; what was known can be asked until its end.
 */
void md_memory_begin(struct md_memory *memory);
void md_memory_end(struct md_memory *memory);

/*
 * The array that the following calls are about. An array of the same name but with another uuid
 * ("" is any) is another array.
 */
void md_memory_array(struct md_memory *memory, const char *name, const char *uuid);

/* An array that was left out this round stays as it was. */
void md_memory_keep(struct md_memory *memory, const char *name);

/* NULL where nothing is known. Good until the end of the round. */
const struct md_past *md_memory_device(const struct md_memory *memory, const char *device);
const struct md_past *md_memory_slot(const struct md_memory *memory, int slot);

void md_memory_note(struct md_memory *memory, const struct md_past *past);

/* What the last round noted, array by array. */
void md_memory_walk(const struct md_memory *memory,
                    void (*visit)(const char *array, const char *uuid, const struct md_past *past,
                                  void *arg),
                    void *arg);

/*
 * The file DIRECTORY/md.members: a line a member, "md0 UUID sda DISK 0 y", with tabs between.
 * Loading where there is none finds nothing; one that is damaged is an error, and then nothing is
 * known. Saving what was loaded writes nothing.
 */
int md_memory_load(struct md_memory *memory, const char *directory, struct error *e);
int md_memory_save(const struct md_memory *memory, const char *directory, struct error *e);

/* The pure part: the file's text, for free(3); and what such a text says as if a round had noted
 * it.
 */
char *md_memory_render(const struct md_memory *memory);
int md_memory_parse(struct md_memory *memory, const char *text, size_t length, struct error *e);

#endif
