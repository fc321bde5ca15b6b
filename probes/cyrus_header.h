/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_CYRUS_HEADER_H
#define PROBES_CYRUS_HEADER_H

#include "core/arena.h"
#include "probes/cyrus_index.h"

/*
 * cyrus.header: name, rights and user flags of a mailbox, as text: one line
 * "%(T e N user.x I id A %(...) U (Work ...))" of Cyrus 3.6 and newer, else the lines "quota root
 * TAB id", flags, rights. Its CRC32 stands in the index. Pure.
 */
struct cyrus_header {
    uint32_t crc;     /* of the file */
    const char *name; /* "user.x", of the arena; NULL: an older file does not say */
    struct cyrus_flags flags;
};

enum { CYRUS_HEADER_MAX = 1024 * 1024 };

/* False where it is none, as was reported; the crc is there in any case. */
bool cyrus_header_parse(const char *file, const char *text, size_t length, struct arena *arena,
                        struct cyrus_header *header, struct mailindex_sink *sink);

/* Against what the index says of it. */
void cyrus_header_verify(const char *file, size_t length, const struct cyrus_header *header,
                         const struct cyrus_index *index, struct mailindex_sink *sink);

#endif
