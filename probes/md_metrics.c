/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/md_metrics.h"

#define GAUGE(symbol, suffix, of_unit, of_source, of_help, ...)                                    \
    const struct metric symbol = {                                                                 \
        .name = "forewarn_md_" suffix,                                                             \
        .type = METRIC_GAUGE,                                                                      \
        .unit = of_unit,                                                                           \
        .help = of_help,                                                                           \
        .source = of_source,                                                                       \
        .labels = {"array", ##__VA_ARGS__},                                                        \
    }

#define MEMBER(symbol, suffix, of_source, of_help, ...)                                            \
    GAUGE(symbol, "member_" suffix, "", of_source, of_help, "slot", "device", ##__VA_ARGS__)

GAUGE(md_info, "info", "", "md/level, md/metadata_version, md/uuid, MD_NAME of udev",
      "An md array; name is the one mdadm gave it.", "level", "metadata", "uuid", "name");
GAUGE(md_state, "state", "", "md/array_state or /proc/mdstat",
      "1 for the state the array is in: md's own word, or failed when more members are lost than "
      "its level bears, whatever md says.",
      "state");
GAUGE(md_container_info, "container_info", "", "md/metadata_version",
      "An array whose metadata are kept by a container (imsm, ddf), and its number there.",
      "container", "member");
GAUGE(md_disks, "disks", "", "md/dev-X/state, md/dev-X/slot or /proc/mdstat",
      "Members by state. missing counts the slots without whole data, so a failed or rebuilding "
      "member's slot too; journal, write_mostly and replacement are flags that count beside the "
      "member's state.",
      "state");
GAUGE(md_disks_wanted, "disks_wanted", "", "md/raid_disks or /proc/mdstat",
      "Members that hold data in a whole array.");
GAUGE(md_degraded, "degraded", "", "md/degraded or /proc/mdstat",
      "Members that md itself counts as lost or not yet rebuilt.");
GAUGE(md_redundancy_left, "redundancy", "", "computed from level, layout and members",
      "How many more whole members can surely be lost without data, whichever they are; -1: too "
      "many are lost already. A failed journal makes it 0. Bad blocks do not count: see "
      "forewarn_md_lost_stripes_sectors.");
GAUGE(md_read_only, "read_only", "", "md/array_state or /proc/mdstat",
      "1 when the array takes no writes (readonly); one that only waits for the first write "
      "(read-auto) is 0.");
GAUGE(md_size, "size_bytes", "bytes", "/sys/block/mdX/size or /proc/mdstat",
      "What the array holds; not given while it is inactive.");
GAUGE(md_component_size, "component_size_bytes", "bytes", "md/component_size",
      "How much of each member is used.");
GAUGE(md_chunk, "chunk_bytes", "bytes", "md/chunk_size or /proc/mdstat", "Chunk size.");
GAUGE(md_consistency_info, "consistency_info", "", "md/consistency_policy",
      "What makes the array consistent after a crash: resync, bitmap, journal, ppl or none.",
      "policy");
GAUGE(md_journal_failed, "journal_failed", "", "md/dev-X/state, md/consistency_policy",
      "1 when the array's write journal has failed or is missing: every write fails, though md "
      "says clean. Given for arrays with a journal.");

GAUGE(md_sync, "sync", "", "md/sync_action or /proc/mdstat",
      "1 for what the array is doing, exactly one of: idle check repair resync recover reshape "
      "frozen. /proc/mdstat alone calls a repair, and a check that waits, resync.",
      "action");
GAUGE(md_sync_waiting, "sync_waiting", "", "md/sync_completed, md/resync_start or /proc/mdstat",
      "1 for why a sync that is due does not run: delayed (another array uses the same disks), "
      "pending (nothing starts it: read-only until written to, or frozen), remote (another node "
      "of the cluster does it).",
      "why");
GAUGE(md_sync_held_up, "sync_held_up", "", "the arrays' members and their disks",
      "A sync that is delayed, and the array on the same disks whose sync goes first.", "by",
      "action");
GAUGE(md_sync_completed, "sync_completed_ratio", "ratio", "md/sync_completed or /proc/mdstat",
      "How much of the running sync is done, 0 to 1.");
GAUGE(md_sync_total, "sync_total_bytes", "bytes", "md/sync_completed or /proc/mdstat",
      "How much the running sync has to do in all.");
GAUGE(md_sync_speed, "sync_speed_bytes_per_second", "bytes_per_second",
      "md/sync_speed or /proc/mdstat", "Speed of the running sync.");
GAUGE(md_sync_speed_limit, "sync_speed_limit_bytes_per_second", "bytes_per_second",
      "md/sync_speed_min, md/sync_speed_max",
      "The speed that a sync is held up to (max) and, under load, gets (min).", "limit");
GAUGE(md_sync_remaining, "sync_remaining_seconds", "seconds", "/proc/mdstat",
      "The kernel's own estimate of the time to go, from the speed of the last seconds.");
GAUGE(md_last_sync_info, "last_sync_info", "", "md/last_sync_action",
      "The last sync that was started: check, repair, resync, recovery, reshape or none.",
      "action");
GAUGE(md_reshape_position, "reshape_position_bytes", "bytes", "md/reshape_position",
      "How far a reshape has come; given while one is under way.");
GAUGE(md_disks_before, "disks_wanted_before_reshape", "", "md/raid_disks",
      "Members that held data before the reshape that is under way.");

GAUGE(md_mismatches, "mismatches", "", "md/mismatch_cnt",
      "Sectors that the last check or repair found to differ; md keeps it after a repair.");
GAUGE(md_lost_stripes, "lost_stripes_sectors", "", "md/dev-X/bad_blocks, md/dev-X/offset",
      "Sectors of a member's size whose data are lost because too many members have bad blocks "
      "there (a rebuild over unreadable sectors leaves that), though md may say clean.");
GAUGE(md_bitmap_info, "bitmap_info", "", "md/bitmap/location or /proc/mdstat",
      "Where the write-intent bitmap is: an offset from the superblock, internal, file, or none.",
      "location");
GAUGE(md_bitmap_pages, "bitmap_pages", "", "/proc/mdstat", "Pages that the bitmap can have.");
GAUGE(md_bitmap_used_pages, "bitmap_used_pages", "", "/proc/mdstat",
      "Pages of the bitmap in memory: those with dirty chunks, or lately so.");
GAUGE(md_bitmap_chunk, "bitmap_chunk_bytes", "bytes", "md/bitmap/chunksize or /proc/mdstat",
      "How much data a bit of the bitmap stands for.");
GAUGE(md_stripe_cache_size, "stripe_cache_size", "", "md/stripe_cache_size",
      "Stripes that the cache of a parity array has room for.");
GAUGE(md_stripe_cache_active, "stripe_cache_active", "", "md/stripe_cache_active",
      "Stripes of the cache in use.");
GAUGE(md_suspended, "suspended_bytes", "bytes", "md/suspend_lo, md/suspend_hi",
      "Size of the range in which I/O is held back: 0 but while a reshape or a tool holds it.");
GAUGE(md_inflight, "inflight", "", "/sys/block/mdX/inflight",
      "Requests to the array that are under way. When they stay and nothing completes, a member "
      "hangs.",
      "direction");

const struct metric md_member_info = {
    .name = "forewarn_md_member_info",
    .type = METRIC_GAUGE,
    .unit = "",
    .help = "A member and the disk it rests on, one series a disk. slot is md's number (not the "
            "bay), none for a spare, journal, or unknown; a failed member keeps its last one.",
    .source = "md/dev-X/slot, md/dev-X/block or /proc/mdstat",
    .labels = {"array", "slot", "disk", "device"},
};
MEMBER(md_member_state, "state", "md/dev-X/state or /proc/mdstat",
       "1 for the states a member is in: one of in_sync rebuilding spare faulty journal, and "
       "journal, write_mostly and replacement as flags beside it. A slot that no member holds is "
       "missing.",
       "state");
const struct metric md_member_errors = {
    .name = "forewarn_md_member_errors_total",
    .type = METRIC_COUNTER,
    .unit = "",
    .help = "Read errors of the member that md made good by rewriting.",
    .source = "md/dev-X/errors",
    .labels = {"array", "slot", "device"},
};
MEMBER(md_member_bad_blocks, "bad_blocks",
       "md/dev-X/bad_blocks, md/dev-X/unacknowledged_bad_blocks",
       "Sectors in the member's bad-block log; not acknowledged: not yet written to the "
       "superblocks, so that writes wait.",
       "acknowledged");
MEMBER(md_member_write_error, "write_error", "md/dev-X/state",
       "1 when a write to the member has failed since the array was started.");
MEMBER(md_member_want_replacement, "want_replacement", "md/dev-X/state",
       "1 when md or the administrator wants a spare to take over from the member.");
MEMBER(md_member_blocked, "blocked", "md/dev-X/state",
       "1 when writes to the array wait until the member's failure is written down.");
MEMBER(md_member_gone, "gone", "md/dev-X/block",
       "1 when the member's block device was deleted under the array, which md does not show.");
MEMBER(md_member_suspended, "suspended", "md/dev-X/block/dm/suspended",
       "1 while the member, a device of the device mapper, is suspended: requests to it wait.");

const struct metric md_member_unanswered = {
    .name = "forewarn_md_member_unanswered_seconds",
    .type = METRIC_GAUGE,
    .unit = "seconds",
    .help = "For how long, at least, the member's disk has had requests and completed none.",
    .source = "/sys/block/DISK/device/iorequest_cnt, iodone_cnt, iotmo_cnt; inflight, stat",
    .labels = {"array", "slot", "device"},
};

const struct metric *const md_metrics[] = {
    &md_info,
    &md_state,
    &md_container_info,
    &md_disks,
    &md_disks_wanted,
    &md_degraded,
    &md_redundancy_left,
    &md_read_only,
    &md_size,
    &md_component_size,
    &md_chunk,
    &md_consistency_info,
    &md_journal_failed,
    &md_sync,
    &md_sync_waiting,
    &md_sync_held_up,
    &md_sync_completed,
    &md_sync_total,
    &md_sync_speed,
    &md_sync_speed_limit,
    &md_sync_remaining,
    &md_last_sync_info,
    &md_reshape_position,
    &md_disks_before,
    &md_mismatches,
    &md_lost_stripes,
    &md_bitmap_info,
    &md_bitmap_pages,
    &md_bitmap_used_pages,
    &md_bitmap_chunk,
    &md_stripe_cache_size,
    &md_stripe_cache_active,
    &md_suspended,
    &md_inflight,
    &md_member_info,
    &md_member_state,
    &md_member_errors,
    &md_member_bad_blocks,
    &md_member_write_error,
    &md_member_want_replacement,
    &md_member_blocked,
    &md_member_gone,
    &md_member_suspended,
    &md_member_unanswered,
    NULL,
};
