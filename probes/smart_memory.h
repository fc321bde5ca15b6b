/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_SMART_MEMORY_H
#define PROBES_SMART_MEMORY_H

#include "core/error.h"
#include "probes/disks.h"
#include "probes/smart_facts.h"

/*
 * What the probe remembers of each disk from one round to the next: its last facts (shown while it
 * sleeps), the logs with their age, and that it was there at all. With a state directory it is kept
 * in one small file a disk, so that a check that runs once knows it too. Bounded in number.
 */
enum {
    SMART_MEMORY_DISKS = 16384,
    SMART_LOGS_EVERY_MS = 3600 * 1000,
    SMART_FORGET_MS = 7 * 24 * 3600 * 1000, /* a disk that is gone so long was taken out */
};

struct smart_known {
    const char *disk; /* stable identity; key */
    const char *device, *model, *serial, *firmware, *bus;
    struct smart_facts facts;   /* the last good ones */
    double logs[SMART_NUMBERS]; /* what was read beside them, seldom: logs, and what else
                                   smartctl knows better */
    int64_t read_ms;            /* wall clock of the facts; 0: never read */
    int64_t logs_ms;            /* of the logs; 0: never read */
    int64_t seen_ms;            /* when the disk was last there, readable or not */
    uint64_t marks;             /* smart_marks() at the time the logs were read */
    bool logs_due;              /* to be read at the end of this round */
    bool present;               /* in this round */
    struct arena *arena;        /* of everything above */
};

struct smart_memory;
struct smart_memory *smart_memory_new(void);
void smart_memory_free(struct smart_memory **memory);

/* The disk's entry, made when it is new; NULL when there are too many. */
struct smart_known *smart_memory_of(struct smart_memory *memory, const char *disk);

/* The entry of the disk that was called so the last time; NULL where there is none. */
struct smart_known *smart_memory_at(struct smart_memory *memory, const char *device);

/* What is called so is left out of the rest of a round, so that it is not said to be gone. */
void smart_memory_left_out(struct smart_memory *memory, const char *device);

/* Takes a copy of who the disk is and, unless facts is NULL, of what was read of it. */
void smart_memory_keep(struct smart_known *known, const struct disk *disk,
                       const struct smart_facts *facts, int64_t now_ms);

/* The disk is there, in this round. */
void smart_memory_see(struct smart_memory *memory, const struct disk *disk, int64_t now_ms);

/*
 * Takes what was read of the logs: their numbers, in place of all before, and the names that
 * smartctl has for the attributes.
 */
void smart_memory_logs(struct smart_known *known, const struct smart_facts *logs, uint64_t marks,
                       int64_t now_ms);

/* Calls visit for each entry, in the order of identities. */
void smart_memory_walk(struct smart_memory *memory, void (*visit)(struct smart_known *, void *),
                       void *arg);
void smart_memory_drop(struct smart_memory *memory, struct smart_known **known);

/* One number for those values after whose change the logs are worth reading again. */
uint64_t smart_marks(const struct smart_facts *facts);

/*
 * Files: DIRECTORY/smart/IDENTITY.json, written beside and renamed. Loading leaves out what is not
 * whole and says so in e (negative: at least one; the others are loaded).
 */
int smart_memory_load(struct smart_memory *memory, const char *directory, struct error *e);
int smart_memory_save(const struct smart_known *known, const char *directory, struct error *e);
void smart_memory_forget(const struct smart_known *known, const char *directory);

/* The pure part: one file's text. The entry's disk has to be what the text says. */
int smart_memory_parse(struct smart_memory *memory, const char *text, size_t length,
                       struct error *e);

#endif
