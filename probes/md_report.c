/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/md_report.h"

#include <string.h>

#include "probes/md_metrics.h"

static void put(struct batch *batch, const struct metric *metric, const char *array, int64_t value)
{
    if (value != MD_UNKNOWN)
        BATCH_SAMPLE(batch, metric, (double)value, array);
}

/* "external:/md127/0": an array whose metadata stand in container md127, where it is number 0. */
static void report_container(struct batch *batch, const struct md_array *array)
{
    static const char prefix[] = "external:/";
    char container[64];
    const char *at = array->metadata, *slash;

    if (strncmp(at, prefix, strlen(prefix)) != 0)
        return;
    at += strlen(prefix);
    slash = strchr(at, '/');
    if (!slash || (size_t)(slash - at) >= sizeof container)
        return;
    memcpy(container, at, (size_t)(slash - at));
    container[slash - at] = '\0';
    BATCH_SAMPLE(batch, &md_container_info, 1, array->name, container, slash + 1);
}

static void report_state(struct batch *batch, const struct md_array *array,
                         const struct md_summary *s)
{
    const char *name = array->name;
    BATCH_SAMPLE(batch, &md_info, 1, name, array->level, array->metadata, array->uuid,
                 array->label);
    report_container(batch, array);
    if (s->state != MD_STATE_UNKNOWN) {
        for (enum md_state state = MD_STATE_CLEAR; state < MD_STATES; state++)
            BATCH_SAMPLE(batch, &md_state, s->state == state, name, md_state_name(state));
        BATCH_SAMPLE(batch, &md_read_only, array->state == MD_STATE_READONLY, name);
    }
    for (enum md_count count = 0; count < MD_COUNTS; count++)
        if (s->counts[count] != MD_UNKNOWN)
            BATCH_SAMPLE(batch, &md_disks, (double)s->counts[count], name, md_count_name(count));
    if (s->wanted > 0)
        BATCH_SAMPLE(batch, &md_disks_wanted, s->wanted, name);
    put(batch, &md_degraded, name, array->degraded);
    if (s->redundancy != MD_REDUNDANCY_UNKNOWN)
        BATCH_SAMPLE(batch, &md_redundancy_left, s->redundancy, name);
    if (s->journaled)
        BATCH_SAMPLE(batch, &md_journal_failed, s->journal_failed, name);
    put(batch, &md_lost_stripes, name, s->lost_sectors);
}

static void report_shape(struct batch *batch, const struct md_array *array)
{
    const char *name = array->name;
    put(batch, &md_size, name, array->size);
    put(batch, &md_component_size, name, array->component);
    put(batch, &md_chunk, name, array->chunk);
    put(batch, &md_reshape_position, name, array->reshape_position);
    put(batch, &md_disks_before, name, array->wanted_before);
    if (array->sync.policy[0])
        BATCH_SAMPLE(batch, &md_consistency_info, 1, name, array->sync.policy);
    if (array->bitmap.location[0])
        BATCH_SAMPLE(batch, &md_bitmap_info, 1, name, array->bitmap.location);
    put(batch, &md_bitmap_pages, name, array->bitmap.pages);
    put(batch, &md_bitmap_used_pages, name, array->bitmap.used_pages);
    if (array->bitmap.chunk > 0)
        put(batch, &md_bitmap_chunk, name, array->bitmap.chunk);
    put(batch, &md_stripe_cache_size, name, array->stripe_cache_size);
    put(batch, &md_stripe_cache_active, name, array->stripe_cache_active);
    put(batch, &md_mismatches, name, array->mismatches);
    if (array->suspend_lo != MD_UNKNOWN && array->suspend_hi != MD_UNKNOWN) {
        int64_t sectors = array->suspend_hi - array->suspend_lo;
        BATCH_SAMPLE(batch, &md_suspended, sectors > 0 ? (double)sectors * 512 : 0, name);
    }
    if (array->reads != MD_UNKNOWN && array->writes != MD_UNKNOWN) {
        BATCH_SAMPLE(batch, &md_inflight, (double)array->reads, name, "read");
        BATCH_SAMPLE(batch, &md_inflight, (double)array->writes, name, "write");
    }
}

/* An array that has no sync, because of its level or because it does not run, is idle. */
static enum md_action action(const struct md_array *array, const struct md_summary *s)
{
    if (array->sync.action == MD_ACTION_UNKNOWN &&
        (!s->running || s->level->safety == MD_SAFETY_NONE))
        return MD_ACTION_IDLE;
    return array->sync.action;
}

static void report_progress(struct batch *batch, const char *name, const struct md_sync *sync)
{
    if (sync->done != MD_UNKNOWN && sync->total > 0) {
        BATCH_SAMPLE(batch, &md_sync_completed, (double)sync->done / (double)sync->total, name);
        BATCH_SAMPLE(batch, &md_sync_total, (double)sync->total * 512, name);
    }
    put(batch, &md_sync_speed, name, sync->speed);
    if (sync->finish != MD_UNKNOWN)
        BATCH_SAMPLE(batch, &md_sync_remaining, (double)sync->finish * 6, name);
}

static void report_sync(struct batch *batch, const struct md_array *array,
                        const struct md_summary *s)
{
    const struct md_sync *sync = &array->sync;
    const char *name = array->name;
    enum md_action doing = action(array, s);

    if (doing != MD_ACTION_UNKNOWN)
        for (enum md_action a = MD_ACTION_IDLE; a < MD_ACTIONS; a++)
            BATCH_SAMPLE(batch, &md_sync, doing == a, name, md_action_name(a));
    if (s->waiting != MD_WAITING_UNKNOWN)
        for (enum md_waiting why = MD_WAITING_DELAYED; why < MD_WAITINGS; why++)
            BATCH_SAMPLE(batch, &md_sync_waiting, s->waiting == why, name, md_waiting_name(why));
    if (doing != MD_ACTION_UNKNOWN && doing != MD_ACTION_IDLE && doing != MD_ACTION_FROZEN)
        report_progress(batch, name, sync);
    if (sync->speed_min != MD_UNKNOWN)
        BATCH_SAMPLE(batch, &md_sync_speed_limit, (double)sync->speed_min, name, "min");
    if (sync->speed_max != MD_UNKNOWN)
        BATCH_SAMPLE(batch, &md_sync_speed_limit, (double)sync->speed_max, name, "max");
    if (sync->last[0])
        BATCH_SAMPLE(batch, &md_last_sync_info, 1, name, sync->last);
}

void md_report_array(struct batch *batch, const struct md_array *array,
                     const struct md_summary *summary)
{
    report_state(batch, array, summary);
    report_shape(batch, array);
    report_sync(batch, array, summary);
}
