/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_CYRUS_CACHE_H
#define PROBES_CYRUS_CACHE_H

#include "probes/cyrus_index.h"

/*
 * cyrus.cache: the generation of its index, then ten items a message, each {be32 length; bytes;
 * padding to 4}. The index has the CRC32 of all ten with lengths and padding. What no record points
 * at is left over from mails that are gone. Source: cache_parserecord() of imap/mailbox.c. Pure.
 */

/* Its first bytes against the index. */
void cyrus_cache_verify_header(struct mailindex_window *cache, const struct cyrus_index *index,
                               struct mailindex_sink *sink);

/*
 * The items of one message. True where they are sound or nothing is known of them; length, which
 * may be NULL, is how many bytes they take. window.error is set where reading failed.
 */
bool cyrus_cache_verify(struct mailindex_window *cache, const struct cyrus_record *record,
                        uint64_t *length, struct mailindex_sink *sink);

#endif
