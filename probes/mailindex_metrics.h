/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_METRICS_H
#define PROBES_MAILINDEX_METRICS_H

#include "core/metric.h"

/*
 * All that the mailindex probe reports; store is what the configuration calls it, member this host
 * among those that share the store.
 */
extern const struct metric mailindex_mailboxes, mailindex_damage, mailindex_members,
    mailindex_rebuilds, mailindex_oldest_look, mailindex_round, mailindex_progress,
    mailindex_bytes_read;
extern const struct metric mailindex_restored, mailindex_baseline_age, mailindex_baseline_size;
extern const struct metric *const mailindex_metrics[];

#endif
