/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DOVECOT_CACHE_H
#define PROBES_DOVECOT_CACHE_H

#include "probes/mailindex.h"

/*
 * dovecot.index.cache: what was once read out of mails, so that it need not be read again.
 * Source: lib-index/mail-cache-private.h, mail-cache.c, mail-cache-fields.c, mail-cache-lookup.c of
 * Dovecot 2.3.19 and 2.4.4; version 1.1.
 */

enum { DOVECOT_CACHE_HEADER = 32, DOVECOT_CACHE_FIELDS_MAX = 1024 };

struct dovecot_cache_header {
    uint8_t major, minor, offset_size;
    uint32_t indexid, file_seq, continued_count, record_count, used_size, deleted_count;
    uint64_t fields_at; /* of the first field header; 0: none */
};

enum dovecot_cache_field_type {
    DOVECOT_CACHE_FIXED,
    DOVECOT_CACHE_VARIABLE,
    DOVECOT_CACHE_STRING,
    DOVECOT_CACHE_BITMASK,
    DOVECOT_CACHE_HEADER_LINES,
};

#define DOVECOT_CACHE_SIZE_VARIABLE UINT32_MAX

struct dovecot_cache_field {
    const char *name;
    uint32_t size; /* DOVECOT_CACHE_SIZE_VARIABLE */
    uint8_t type, decision;
};

/* The cache as its headers describe it. */
struct dovecot_cache {
    const struct mailindex_file *file;
    struct dovecot_cache_header header;
    struct dovecot_cache_field *fields;
    size_t field_count;
    char *names;                    /* that fields point into */
    uint64_t last_fields_at;        /* the field header that counts */
    struct mailindex_window window; /* on file */
};

/*
 * Reads headers and reports what is wrong with them; false where the cache cannot be used.
 * dovecot_cache_close in any case.
 */
bool dovecot_cache_open(struct dovecot_cache *cache, const struct mailindex_file *file,
                        struct mailindex_sink *sink);
void dovecot_cache_close(struct dovecot_cache *cache);

/* A mail's place in the cache, as an index has it. */
struct dovecot_cache_ref {
    uint32_t offset, uid;
    struct mailindex_place place; /* of the one that says so */
};

/* What is known of the records' chains is bounded by this many records; larger caches are walked
   but their offsets are only held against the starts of records. */
enum { DOVECOT_CACHE_OWNED_MAX = 4 * 1024 * 1024 };

/*
 * Walks the file from end to end, and holds the offsets of the index against it: each is the start
 * of a record, and no record is of two mails. Sorts refs by offset.
 */
void dovecot_cache_verify(struct dovecot_cache *cache, struct dovecot_cache_ref *refs, size_t count,
                          struct mailindex_sink *sink);

/*
 * Calls visit for each field that the cache has of one mail, newest first, whose newest record is
 * at offset. data: its first bytes, at most WINDOW_LENGTH_MAX of size, while the call lasts. False
 * where the chain is broken.
 */
bool dovecot_cache_lookup(struct dovecot_cache *cache, uint32_t offset,
                          void (*visit)(const struct dovecot_cache_field *field,
                                        const uint8_t *data, uint32_t size, uint64_t at, void *arg),
                          void *arg);

#endif
