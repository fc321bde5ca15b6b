/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_PROBES_CYRUS_MAKE_H
#define TESTS_PROBES_CYRUS_MAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "probes/mailindex.h"

/* Small files of Cyrus, sound ones, of any version. buf_free() them. */
struct cyrus_made {
    struct buf index, cache;
    uint32_t header_size, record_size, records;
};

/* Three mails: one plain, one seen and flagged, one expunged. */
void cyrus_make(struct cyrus_made *made, unsigned version);
void cyrus_unmake(struct cyrus_made *made);

/* CRCs of header and records are made right again after something was changed. */
void cyrus_seal(struct cyrus_made *made);
void cyrus_put32(struct buf *buf, size_t at, uint32_t value);

/* A twoskip database with that many keys, one of them written twice and one deleted. */
void cyrus_make_twoskip(struct buf *buf, unsigned keys);

/* The rules that were broken, "Y07 Y14 ". Zeroed to start. */
struct cyrus_found {
    char rules[256];
    uint64_t offset, length; /* of the first */
};
struct mailindex_sink cyrus_sink(struct cyrus_found *found);

#endif
