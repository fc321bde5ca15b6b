/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DOVECOT_CACHE_FIELDS_H
#define PROBES_DOVECOT_CACHE_FIELDS_H

#include "probes/dovecot_cache.h"

/* What the files dovecot_cache*.c share. */

/* Decodes the offsets of field headers; 0: none. */
uint64_t dovecot_cache_offset(const uint8_t *b);

/* A field header's place in the file. */
struct dovecot_cache_fields_header {
    uint64_t next; /* 0: the last one */
    uint32_t size, count;
};

/* False where there is no sound one at that offset; reports that. sink may be NULL. */
bool dovecot_cache_fields_header(struct dovecot_cache *cache, uint64_t at,
                                 struct dovecot_cache_fields_header *header,
                                 struct mailindex_sink *sink);

/* Follows the chain of field headers and takes the last one's fields. */
bool dovecot_cache_fields_read(struct dovecot_cache *cache, struct mailindex_sink *sink);

/* Walks the fields of one record: at and end set to the part behind its 8 bytes to start. */
struct dovecot_cache_cursor {
    uint64_t at, end;
    uint64_t field_at, data_at;
    uint32_t size;
    const struct dovecot_cache_field *field;
    const char *why; /* what is wrong with the field at field_at; NULL: just the end */
};
bool dovecot_cache_record_next(struct dovecot_cache *cache, struct dovecot_cache_cursor *cursor);

#endif
