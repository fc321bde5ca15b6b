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
 * a file has at most eight, each of a range of it, so that the range that changed can be named.
 * They are the lower 32 bits of XXH3: against chance, not against intent. Pure.
 */

enum sums_kind {
    SUMS_INDEX = 1, /* dovecot.index; id: indexid and log sequence, extra: log offset */
    SUMS_BACKUP,    /* dovecot.index.backup; as SUMS_INDEX */
    SUMS_LOG,       /* .log and .log.2; id: indexid and file sequence */
    SUMS_CACHE,     /* .cache; id: indexid and file sequence */
    SUMS_UIDS, /* which uids were given; id: uidvalidity, extra: the next uid; sums: of its GUID */
    SUMS_NAME, /* uid to file; id: uid; sums: of its name and, where it has one, its GUID */
    SUMS_RECORD,  /* Cyrus; id: uid; sums: of what never changes in its record */
    SUMS_MAIL,    /* a file with one mail; id: a number or a hash of its name */
    SUMS_MAILS,   /* a file with many, to which others are added; id: its number */
    SUMS_FILE,    /* one that may be written anew at any time; id: a hash of its path */
    SUMS_GROWING, /* one to which is added; id: a hash of its path and its first bytes */
    SUMS_KEYWORD, /* of a maildir; id: its number and 1; sums: of its name */
    SUMS_KINDS,
};

/* Of ranges of a file: of a mail, and of any other. */
enum { SUMS_MAIL_MAX = 4, SUMS_MAX = 8 };

struct sums {
    uint8_t kind;
    uint64_t id, extra;
    uint64_t length; /* that the sums are of */
    uint8_t shift;   /* a range has 1 << shift bytes, the last one fewer */
    uint8_t count;
    uint32_t sum[SUMS_MAX];
    /*
     * When the file changed last, see sums_time(); of SUMS_MAIL 16 bits that tell whether it is
     * still the same time. 0: not known.
     */
    uint64_t time;
    /* Where the sums leave out some of the file: */
    bool has_whole;
    uint32_t whole;  /* the sum of all of it */
    uint64_t beyond; /* how many bytes it has after length */
};

/* The size of the file. */
static inline uint64_t sums_size(const struct sums *sums)
{
    return sums->length + (sums->has_whole ? sums->beyond : 0);
}

static inline uint64_t sums_id(uint32_t high, uint32_t low)
{
    return (uint64_t)high << 32 | low;
}

/*
 * Nanoseconds, the lowest bit apart: it says that the time was so long ago that whoever wrote to
 * the file since must have changed it.
 */
static inline uint64_t sums_time(uint64_t ns, bool settled)
{
    return (ns & ~UINT64_C(1)) | settled;
}

static inline bool sums_time_is_settled(uint64_t time)
{
    return time & 1;
}

/* ---- making them ---- */

/* Bytes go in in order; those beyond length are left out. */
struct sums_maker;
struct sums_maker *sums_maker_new(void);
void sums_maker_free(struct sums_maker **maker);

/*
 * Ranges for a file of that length, so that there are at most max (those of mails have at least 4
 * KiB, others 256 bytes); or those of earlier ones.
 */
void sums_start(struct sums_maker *maker, uint64_t length, int max);
void sums_start_as(struct sums_maker *maker, const struct sums *sums);
/* Whether ranges are those of earlier ones, so that one maker does for both. */
bool sums_is_as(const struct sums_maker *maker, const struct sums *sums);
void sums_add(struct sums_maker *maker, const void *bytes, size_t length);

/* Fills in length, shift, count and sum; false where fewer bytes came than were said. */
bool sums_finish(struct sums_maker *maker, struct sums *sums);

uint32_t sums_of(const void *bytes, size_t length);
uint64_t sums_name(const void *bytes, size_t length); /* 48 bits and never 0, for an id */

/* ---- comparing ---- */

/* Which ranges differ: the first, the last, and how many. False: none. */
struct sums_difference {
    uint64_t offset, length; /* from the first to the end of the last */
    int ranges;
    bool to_the_end; /* the last one that both have is among them */
    bool all;
};
bool sums_differ(const struct sums *before, const struct sums *now,
                 struct sums_difference *difference);

/* ---- many of them, as bytes ---- */

/* Entries come in any order. Zeroed to start; free both. */
struct sums_writer {
    struct buf entries, places; /* as they came, and where each is */
    struct buf bytes;           /* all of them in order, of sums_write_end() */
};
void sums_write(struct sums_writer *writer, const struct sums *sums);
void sums_write_end(struct sums_writer *writer);
void sums_writer_free(struct sums_writer *writer);

/* What was read of such bytes; points into them. */
struct sums_list;
struct sums_list *sums_list_read(const void *bytes, size_t length, struct arena *arena);

/* The bytes were whole; what came before a broken place can be used all the same. */
bool sums_list_is_whole(const struct sums_list *list);
bool sums_find(const struct sums_list *list, enum sums_kind kind, uint64_t id, struct sums *sums);

/* Bytes of all files of that kind. */
uint64_t sums_total(const struct sums_list *list, enum sums_kind kind);

/* The one of that kind with that time, which must be settled in both. */
bool sums_find_time(const struct sums_list *list, enum sums_kind kind, uint64_t time,
                    struct sums *sums);

/* The one of that kind with the highest id; false: none. */
bool sums_find_last(const struct sums_list *list, enum sums_kind kind, struct sums *sums);

#endif
