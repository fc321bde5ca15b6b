/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_SUMS_H
#define PROBES_MAILINDEX_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"

/*
 * Checksums of what must never change in a mailbox, small enough to be kept for each file of it:
 * a file has at most twelve, each of a range of it, so that the range that changed can be named.
 * They are the lower 32 bits of XXH3: against chance, not against intent. Pure.
 */

enum sums_kind {
    SUMS_INDEX = 1, /* dovecot.index; id: indexid and log sequence, extra: log offset */
    SUMS_LOG,       /* .log and .log.2; id: indexid and file sequence, extra: time of change */
    SUMS_CACHE,     /* .cache; id: indexid and file sequence */
    SUMS_UIDS, /* which uids were given; id: uidvalidity, extra: the next uid; sums: of its GUID */
    SUMS_NAME, /* uid to file; id: uid; sums: of its name and, where it has one, its GUID */
    SUMS_RECORD, /* Cyrus; id: uid; sums: of what never changes in its record */
    SUMS_MAIL,   /* a file with mail; id: a number or a hash of its name */
    SUMS_KINDS,
};

enum { SUMS_MAX = 12, SUMS_MAIL_MAX = 4 };

struct sums {
    uint8_t kind;
    uint64_t id, extra;
    uint64_t length; /* that the sums are of */
    uint8_t shift;   /* a range has 1 << shift bytes, the last one fewer */
    uint8_t count;
    uint32_t sum[SUMS_MAX];
};

static inline uint64_t sums_id(uint32_t high, uint32_t low)
{
    return (uint64_t)high << 32 | low;
}

/* ---- making them ---- */

/* Bytes go in in order; those beyond length are left out. */
struct sums_maker;
struct sums_maker *sums_maker_new(void);
void sums_maker_free(struct sums_maker **maker);

/* Ranges for a file of that length, so that there are at most max; or those of earlier ones. */
void sums_start(struct sums_maker *maker, uint64_t length, int max);
void sums_start_as(struct sums_maker *maker, const struct sums *sums);
void sums_add(struct sums_maker *maker, const void *bytes, size_t length);

/* Fills in length, shift, count and sum; false where fewer bytes came than were said. */
bool sums_finish(struct sums_maker *maker, struct sums *sums);

uint32_t sums_of(const void *bytes, size_t length);
uint64_t sums_name(const void *bytes, size_t length); /* 64 bits, for an id */

/* ---- comparing ---- */

/* Which ranges differ: the first, the last, and how many. False: none. */
struct sums_difference {
    uint64_t offset, length; /* from the first to the end of the last */
    int ranges;
    bool to_the_end; /* all from the first on, and more than one */
};
bool sums_differ(const struct sums *before, const struct sums *now,
                 struct sums_difference *difference);

/* ---- many of them, as bytes ---- */

/* Entries of a kind must come in one row, kinds in any order. Zeroed to start. */
struct sums_writer {
    struct buf bytes;
    uint8_t kind;
    uint64_t id;
};
void sums_write(struct sums_writer *writer, const struct sums *sums);

/* What was read of such bytes; points into them. */
struct sums_list;
struct sums_list *sums_list_read(const void *bytes, size_t length, struct arena *arena);

/* The bytes were whole; what came before a broken place can be used all the same. */
bool sums_list_is_whole(const struct sums_list *list);
bool sums_find(const struct sums_list *list, enum sums_kind kind, uint64_t id, struct sums *sums);

/* The one of that kind with the highest id; false: none. */
bool sums_find_last(const struct sums_list *list, enum sums_kind kind, struct sums *sums);

#endif
