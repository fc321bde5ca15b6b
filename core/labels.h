/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_LABELS_H
#define CORE_LABELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/buf.h"

/* The label that holds a series' metric name. */
#define LABEL_NAME "__name__"

struct label {
    const char *name, *value;
};

/*
 * A label set: sorted by name (strcmp order), no name twice, no empty value (an empty value is the
 * same as no label). Immutable once made; it lives where it was made: in an arena, or interned in a
 * store. Equal sets have equal hashes.
 */
struct labels {
    uint64_t hash;
    size_t count;
    struct label at[];
};

extern const struct labels labels_empty;

/*
 * Makes a label set in the arena of count labels in any order; of equal names the last one wins.
 * Names and values are not copied: they must live as long as the set.
 */
const struct labels *labels_new(struct arena *arena, const struct label *labels, size_t count);

/* The value of a label, "" where there is none. */
const char *labels_get(const struct labels *labels, const char *name);

bool labels_equal(const struct labels *a, const struct labels *b);

/* Upstream Prometheus' order: by name, then value, pairwise; the shorter first. */
int labels_compare(const struct labels *a, const struct labels *b);

/* base with one label set, or dropped when value is "". Strings are not copied. */
const struct labels *labels_with(struct arena *arena, const struct labels *base, const char *name,
                                 const char *value);

/* The same with all its strings, in the arena. */
const struct labels *labels_copy(struct arena *arena, const struct labels *labels);

/* The labels of base whose names are (keep) or are not (!keep) among names. */
const struct labels *labels_filter(struct arena *arena, const struct labels *base,
                                   const char *const *names, size_t count, bool keep);

/* Bytes that a copy of a set of count labels takes, without its strings. */
size_t labels_bytes(size_t count);

/*
 * As Prometheus writes a series: name{a="b",c="d"}, values escaped; {"a.name","a label"="b"} where
 * names need quotes.
 */
void labels_print(const struct labels *labels, struct buf *out);

/* text as it stands between the quotes of a label value: \\, \" and \n escaped. */
void label_escape(const char *text, struct buf *out);

/* Strings of which each is kept once, as long as the pool lives. One thread. */
struct symbols;
struct symbols *symbols_new(void);
void symbols_free(struct symbols **symbols);
const char *symbols_intern(struct symbols *symbols, const char *text);
size_t symbols_bytes(const struct symbols *symbols); /* of memory that it holds, about */

#endif
