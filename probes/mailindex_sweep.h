/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_SWEEP_H
#define PROBES_MAILINDEX_SWEEP_H

#include "core/buf.h"
#include "probes/mailindex_confirm.h"
#include "probes/mailindex_plan.h"
#include "probes/mailindex_settings.h"

/*
 * One store of the configuration, gone over a piece at a time: what mailindex_plan.h wants is
 * looked at, and the plan told what came of it.
 */
struct mailindex_sweep;

/* round_ms, bytes_per_second: of the settings; store has to outlive it. Paths are resolved below
 * root ("" for "/"). */
struct mailindex_sweep *mailindex_sweep_new(const struct mailindex_settings_store *store,
                                            const struct mailindex_settings *settings,
                                            const char *root);
void mailindex_sweep_free(struct mailindex_sweep **sweep);

/*
 * Goes on for at most that long, beginning a new sweep where none is under way; now_ms is of the
 * wall clock. Fails where the store cannot be opened at all.
 */
int mailindex_sweep_work(struct mailindex_sweep *sweep, int64_t now_ms, int64_t for_ms,
                         struct error *e);

/*
 * What is remembered of mailboxes to see churn, as bytes for a file that this program alone reads,
 * and back; what another version wrote is passed over.
 */
void mailindex_sweep_render_memory(const struct mailindex_sweep *sweep, struct buf *out);
void mailindex_sweep_parse_memory(struct mailindex_sweep *sweep, const void *data, size_t length);

/* What is sound is remembered there, and held against it; NULL: nothing more. */
void mailindex_sweep_baseline(struct mailindex_sweep *sweep, struct mailindex_baseline *baseline);

struct mailindex_plan *mailindex_sweep_plan(struct mailindex_sweep *sweep);
uint64_t mailindex_sweep_bytes(const struct mailindex_sweep *sweep);
bool mailindex_sweep_atime_touched(const struct mailindex_sweep *sweep);

/* The mailboxes that are made anew most often, the worst first; good until the next work. */
struct mailindex_churning {
    const char *mailbox;
    uint32_t rebuilds;
    bool never_stored; /* wanted and never stored, rather than made anew */
};
enum { MAILINDEX_WORST = 10 };
size_t mailindex_sweep_worst(const struct mailindex_sweep *sweep,
                             struct mailindex_churning worst[MAILINDEX_WORST]);

#endif
