/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MD_METRICS_H
#define PROBES_MD_METRICS_H

#include "core/metric.h"

/* All that the md probe measures; md_metrics lists them, NULL at the end. */
extern const struct metric *const md_metrics[];

extern const struct metric md_info, md_state, md_container_info, md_disks, md_disks_wanted,
    md_degraded, md_redundancy_left, md_read_only, md_size, md_component_size, md_chunk,
    md_consistency_info, md_journal_failed;
extern const struct metric md_sync, md_sync_waiting, md_sync_held_up, md_sync_completed,
    md_sync_total, md_sync_speed, md_sync_speed_limit, md_sync_remaining, md_last_sync_info,
    md_reshape_position, md_disks_before;
extern const struct metric md_mismatches, md_lost_stripes, md_bitmap_info, md_bitmap_pages,
    md_bitmap_used_pages, md_bitmap_chunk, md_stripe_cache_size, md_stripe_cache_active,
    md_suspended, md_inflight;
extern const struct metric md_member_info, md_member_state, md_member_errors, md_member_bad_blocks,
    md_member_write_error, md_member_want_replacement, md_member_blocked, md_member_gone,
    md_member_suspended, md_member_unanswered;

#endif
