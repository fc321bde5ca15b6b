/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_COMPARE_H
#define PROBES_MAILINDEX_COMPARE_H

#include "probes/cyrus_index.h"
#include "probes/mailindex_check.h"
#include "probes/mailindex_sums.h"

/*
 * Holds a mailbox against what it was like when it was last found sound: what must never change,
 * for Dovecot the content of an index of the same log position, the log up to where it was then,
 * the cache but for the fields that Dovecot writes again, which uid is which file, and mail; for
 * Cyrus what never changes in the records of the index, and mail; and of all files their content,
 * as long as their time says that nobody wrote to them. Part of a look.
 */
struct mailindex_compare;

/* baseline: read from; the mailbox may not be known in it yet. */
struct mailindex_compare *mailindex_compare_new(struct mailindex_check *check);
void mailindex_compare_free(struct mailindex_compare **compare);

/* A mailbox, map or list of Dovecot, after it was looked at. */
void mailindex_compare_dovecot(struct mailindex_compare *compare);

/* One of Cyrus: the records of its index that are sound. */
void mailindex_compare_cyrus(struct mailindex_compare *compare, const struct cyrus_index *index,
                             const struct cyrus_record *records, size_t count);

/* What it is like now, to be kept where it turns out to be sound. */
const struct buf *mailindex_compare_sums(struct mailindex_compare *compare);

/* The key of a mailbox in the baseline. */
uint64_t mailindex_compare_key(const struct mailindex_mailbox *mailbox);

#endif
