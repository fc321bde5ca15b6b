/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_DOVECOT_EXTENSIONS_H
#define PROBES_DOVECOT_EXTENSIONS_H

#include "probes/dovecot_index.h"

/*
 * The extensions' headers, from base_header_size to header_size of bytes, which were checked to be
 * there; fills index->extensions up to the first that cannot be passed.
 */
void dovecot_extensions_parse(const struct mailindex_file *file, const uint8_t *bytes,
                              struct dovecot_index *index, struct mailindex_sink *sink);

/* What Dovecot (2.2 to 2.4) gives an extension of that name; -1: varies. NULL: not one of its own.
 */
struct dovecot_extension_kind {
    const char *name;
    int hdr_size, record_size;
};
const struct dovecot_extension_kind *dovecot_extension_kind(const char *name);

/* A known name that this one can have been before a byte or two of it changed; NULL. */
const char *dovecot_extension_like(const char *name);

/* What Dovecot asks of a name: printable, 1 to 64 bytes. */
bool dovecot_extension_name_valid(const uint8_t *name, size_t size);

#endif
