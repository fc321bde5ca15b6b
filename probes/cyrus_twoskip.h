/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_CYRUS_TWOSKIP_H
#define PROBES_CYRUS_TWOSKIP_H

#include "probes/mailindex.h"

/*
 * Cyrus' databases (mailboxes.db, annotations, seen states ...) in the format "twoskip": a header
 * and records of a skip list, each with a CRC32 of its head and one of key and value. Formats that
 * are known by name but not verified: skiplist, twom, zeroskip. Source: lib/cyrusdb_twoskip.c.
 * Pure. Keys are not held against an order: it depends on how Cyrus was set up.
 */

struct cyrus_twoskip {
    uint32_t version, flags;
    uint64_t generation, records, current_size;
};

enum { CYRUS_TWOSKIP_DIRTY = 1 }; /* of flags: somebody writes, or died while writing */

enum cyrus_database {
    CYRUS_NO_DATABASE, /* flat text or anything else that has no checks of its own */
    CYRUS_TWOSKIP,
    CYRUS_OTHER_DATABASE,  /* reported as not verified */
    CYRUS_BROKEN_DATABASE, /* meant to be twoskip; reported */
};

/* What its first bytes say, and the header where it is twoskip. */
enum cyrus_database cyrus_twoskip_open(const struct mailindex_file *file,
                                       struct cyrus_twoskip *header, struct mailindex_sink *sink);

/* All records, and how they hang together. False where reading failed, with *error. */
bool cyrus_twoskip_verify(const struct mailindex_file *file, const struct cyrus_twoskip *header,
                          struct mailindex_sink *sink, int *error);

#endif
