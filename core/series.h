/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_SERIES_H
#define CORE_SERIES_H

#include <stdalign.h>
#include <stddef.h>

#include "core/store.h"

/*
 * The inside of the store, for store.c (families, series, selection), store_forget.c, and series.c,
 * series_drop.c (samples).
 *
 * A host has a hundred thousand series of few shapes, most with one sample and never asked for. So
 * a series holds pointers to the values of its labels, what they are called stands in its shape,
 * and the label set that rules want is made when the first of them asks. A second sample begins an
 * open chunk; one that has grown to some hundred bytes is sealed.
 */

/* Series of one shape, one after the other, so that going through them is fast. */
struct slab {
    struct slab *next;
    size_t count, room;
    alignas(max_align_t) char series[];
};

/* Series of a family that have the same labels: what these are called, in order. */
struct shape {
    struct shape *next;
    struct family *family;
    struct slab *first, *last;
    size_t stride; /* bytes of a series */
    size_t count;
    const char *names[]; /* without __name__ */
};

/* A chunk that is full: chunk.h has its bytes. */
struct sealed {
    int64_t last; /* time of its last sample */
    uint32_t count, length;
    uint8_t bytes[];
};

/* The samples of a series with more than one. */
struct samples {
    struct chunk_writer open; /* the newest, one at least */
    struct sealed **sealed;   /* in time order */
    uint32_t sealed_count, sealed_room;
};

enum held { HELD_NONE, HELD_ONE, HELD_MANY };

struct series {
    struct series *next; /* in its bucket; while store_forget() runs, what has become of it */
    struct shape *shape;
    const struct labels *labels; /* NULL until asked for */
    uint32_t hash;
    uint32_t id : 30; /* series_id() */
    uint32_t held : 2;
    union {
        struct point only;       /* HELD_ONE */
        struct samples *samples; /* HELD_MANY */
    };
    const char *values[]; /* shape->count of them */
};

/* All series of one metric name, in a hash table. */
struct family {
    struct family *next;
    struct store *store;
    const char *name;
    struct shape *shapes;
    struct series **buckets;
    size_t bucket_count; /* a power of two */
    size_t count;
};

struct store {
    struct symbols *symbols;
    struct arena *arena;       /* families, shapes, series and label sets */
    void *by_name;             /* tsearch(3) over families */
    struct family *families;   /* the last made first */
    struct family *last_asked; /* samples come family by family */
    size_t series_count;
    size_t held_count; /* series with samples */
    size_t sample_count;
    size_t sample_bytes; /* of struct samples and what it points to */
    bool has_journal;
    struct store_sample *journal;
    size_t journal_count, journal_room;
    int64_t dropped_after; /* INT64_MAX: nothing */
    struct buf scratch;    /* a chunk on its way to be sealed */
};

enum { MAX_SERIES = (1 << 30) - 1 };

static inline struct series *slab_at(const struct shape *shape, const struct slab *slab, size_t n)
{
    return (struct series *)((char *)(uintptr_t)slab->series + n * shape->stride);
}

/* Makes the store one without series; frees what that of another held, but for samples. */
void store_begin(struct store *store);
void store_free_series(struct store *store);

/* The series with those labels, made where it is new; NULL: there are MAX_SERIES. */
struct series *store_series_of(struct store *store, const struct labels *labels);

/* Calls visit for each series, in no order. */
void store_each(const struct store *store, void (*visit)(struct series *, void *), void *arg);

static inline struct store *series_store(const struct series *series)
{
    return series->shape->family->store;
}

/* Drops all samples of a series. */
void series_clear(struct series *series);

/* The last sample; there is one. */
struct point series_newest(const struct series *series);

/* Adds a sample that is known to be later than the last one. */
void series_add(struct series *series, struct point point);

#endif
