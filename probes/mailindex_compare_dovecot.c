/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "probes/mailindex_compare_inside.h"

static uint32_t high(uint64_t id)
{
    return (uint32_t)(id >> 32);
}

static uint32_t low(uint64_t id)
{
    return (uint32_t)id;
}

static const struct mailindex_handle *handle_of(const struct mailindex_compare *compare, int which)
{
    return &compare->check->files.handles[which];
}

/* ---- index ---- */

/* Right after a mailbox was made there is none: so it may be of an earlier time. */
static void check_index_gone(struct mailindex_compare *compare)
{
    const struct sums *before = compare->index_is_gone;
    const struct dovecot_log_facts *log = &compare->check->look.log;
    const struct mailindex_handle *handle = handle_of(compare, MAILINDEX_INDEX);

    if (before && handle->fd < 0 && log->usable && log->header.indexid == high(before->id))
        compare_doubt(compare, "B0", (struct mailindex_place){handle->file.name, 0, 0},
                      "there was one of indexid %" PRIu32 ", and the log is still there",
                      high(before->id));
}

static uint64_t time_of(const struct mailindex_handle *handle)
{
    const struct mailindex_stamp *stamp = &handle->stamp;
    return stamp->mtime_s > 0
               ? sums_time((uint64_t)stamp->mtime_s * 1000000000 + stamp->mtime_ns, true)
               : 0;
}

/* What was known of the file that was of that size at the same time, whatever it says it is. */
static bool find_same_time(struct mailindex_compare *compare, enum sums_kind kind,
                           const struct mailindex_handle *handle, struct sums *before)
{
    return compare->before && handle->stamp.mtime_s > 0 &&
           sums_find_time(compare->before, kind, time_of(handle), before) &&
           sums_size(before) == handle->file.size;
}

/* Where it stands beside the one that was known; true where it must be the same. */
static bool must_be_same(struct mailindex_compare *compare, const struct sums *before,
                         const struct sums *now)
{
    const struct mailindex_handle *handle = handle_of(compare, MAILINDEX_INDEX);

    if (high(before->id) != high(now->id)) {
        mailindex_report(compare->sink, "B5", (struct mailindex_place){handle->file.name, 16, 4},
                         "expected indexid %" PRIu32 ", found %" PRIu32, high(before->id),
                         high(now->id));
        return false;
    }
    compare->index_is_older =
        low(now->id) < low(before->id) || (now->id == before->id && now->extra < before->extra);
    return now->id == before->id && now->extra == before->extra;
}

static void compare_index(struct mailindex_compare *compare)
{
    const struct dovecot_index *index = compare->check->look.index;
    const struct mailindex_handle *handle = handle_of(compare, MAILINDEX_INDEX);
    struct sums before, now = {.kind = SUMS_INDEX};
    struct sums_difference difference;
    bool known = compare->before && sums_find_last(compare->before, SUMS_INDEX, &before);

    if (!index) {
        if (known) {
            struct sums *gone = ARENA_NEW(compare->check->arena, struct sums);
            *gone = before;
            compare->index_is_gone = gone;
        }
        return;
    }
    now.id = sums_id(index->header.indexid, index->header.log_file_seq);
    now.extra = index->header.log_file_head_offset;
    bool same = known && must_be_same(compare, &before, &now);
    bool same_time = !same && find_same_time(compare, SUMS_INDEX, handle, &before);
    struct compare_file file = {.handle = handle, .length = handle->file.size, .max = SUMS_MAX};
    enum compare_result result =
        compare_file(compare, &file, same || same_time ? &before : NULL, &now, &difference);
    if (result == COMPARE_OTHER && same_time)
        compare_rot(compare, compare_place(handle, &difference));
    else if (result == COMPARE_OTHER || result == COMPARE_SHORT)
        compare_doubt(compare, "B1", compare_place(handle, &difference),
                      "log sequence %" PRIu32 " offset %" PRIu64
                      ": the same index had other content here",
                      low(now.id), now.extra);
}

/* ---- logs ---- */

/*
 * After a backup was restored, or where two writers are without a lock, others are written here:
 * from some place to the end, or from the end of the old log on into another new one.
 */
static void log_differs(struct mailindex_compare *compare, const struct mailindex_handle *handle,
                        const char *rule, uint32_t sequence,
                        const struct sums_difference *difference)
{
    struct mailindex_place place = compare_place(handle, difference);
    static const char text[] = "sequence %" PRIu32 ": what was written here is another now";

    bool forks = (difference->to_the_end && difference->ranges > 1) ||
                 (compare->end_differs && difference->offset == 0);
    compare->end_differs = difference->to_the_end;
    if (forks) {
        compare->forked = true;
        compare_doubt(compare, "B3", place,
                      "sequence %" PRIu32 ": from here on it is another than it was", sequence);
    } else if (difference->to_the_end || difference->ranges > 1) {
        compare_doubt(compare, rule, place, text, sequence);
    } else {
        mailindex_report(compare->sink, rule, place, text, sequence);
    }
}

static void log_is_shorter(struct mailindex_compare *compare, const struct mailindex_handle *handle,
                           const struct sums *before, const struct sums *now,
                           const struct sums_difference *difference)
{
    compare_shorter(compare, before->time, now->time);
    compare_doubt(compare, "B7", compare_place(handle, difference),
                  "sequence %" PRIu32 ": ended at %" PRIu64 " and ends at %" PRIu64 " now",
                  low(now->id), before->length, difference->offset);
}

static void compare_log(struct mailindex_compare *compare, int which,
                        const struct dovecot_log_facts *log, const char *rule)
{
    const struct mailindex_handle *handle = handle_of(compare, which);
    struct sums before,
        now = {.kind = SUMS_LOG, .id = sums_id(log->header.indexid, log->header.file_seq)};
    struct sums_difference difference;

    if (handle->fd < 0 || !log->usable)
        return;
    bool known = compare->before && sums_find(compare->before, SUMS_LOG, now.id, &before);
    bool same_time = !known && find_same_time(compare, SUMS_LOG, handle, &before);
    struct compare_file file = {.handle = handle, .length = log->end, .max = SUMS_MAX};
    enum compare_result result =
        compare_file(compare, &file, known || same_time ? &before : NULL, &now, &difference);
    if (result == COMPARE_OTHER && same_time)
        compare_rot(compare, compare_place(handle, &difference));
    else if (result == COMPARE_OTHER)
        log_differs(compare, handle, rule, log->header.file_seq, &difference);
    else if (result == COMPARE_SHORT)
        log_is_shorter(compare, handle, &before, &now, &difference);
}

/* The newest log that was known is gone: nothing but an older one is there. */
static void compare_sequence(struct mailindex_compare *compare)
{
    const struct dovecot_log_facts *log = &compare->check->look.log;
    const struct mailindex_handle *handle = handle_of(compare, MAILINDEX_LOG);
    struct sums before;

    if (!compare->before || !log->usable || !sums_find_last(compare->before, SUMS_LOG, &before) ||
        high(before.id) != log->header.indexid || low(before.id) <= log->header.file_seq)
        return;
    compare_shorter(compare, before.time, time_of(handle));
    compare_doubt(compare, "B7", (struct mailindex_place){handle->file.name, 8, 4},
                  "the log had sequence %" PRIu32 " and has %" PRIu32 " again", low(before.id),
                  log->header.file_seq);
}

/* ---- cache ---- */

static void cache_is_older(struct mailindex_compare *compare, const struct sums *before,
                           const struct sums *now, struct mailindex_place place, const char *what)
{
    compare_shorter(compare, before->time, now->time);
    compare_doubt(compare, "B9", place, "%s", what);
}

/* After a backup was restored others are written here. */
static void cache_differs(struct mailindex_compare *compare, const struct mailindex_handle *handle,
                          const struct sums_difference *difference)
{
    static const char text[] = "what was written here is another now";

    if (difference->to_the_end)
        compare_doubt(compare, "B9", compare_place(handle, difference), text);
    else
        mailindex_report(compare->sink, "B9", compare_place(handle, difference), text);
}

static void compare_cache(struct mailindex_compare *compare)
{
    const struct mailindex_handle *handle = handle_of(compare, MAILINDEX_CACHE);
    struct sums before, now = {.kind = SUMS_CACHE, .time = time_of(handle)};
    struct sums_difference difference;
    struct compare_ranges ranges;
    uint8_t header[DOVECOT_CACHE_HEADER];

    if (handle->fd < 0 || handle->file.size < sizeof header ||
        handle->file.read(handle->file.arg, 0, header, sizeof header) != sizeof header)
        return;
    now.id = sums_id(le32(header + 4), le32(header + 8));
    bool known = compare->before && sums_find_last(compare->before, SUMS_CACHE, &before);
    if (known && high(before.id) == high(now.id) && low(before.id) > low(now.id))
        cache_is_older(compare, &before, &now, (struct mailindex_place){handle->file.name, 8, 4},
                       "an older cache is in its place");
    bool same = known && before.id == now.id;
    bool same_time = !same && find_same_time(compare, SUMS_CACHE, handle, &before);
    compare_cache_ranges(&handle->file, &ranges);
    struct compare_file file = {handle, handle->file.size, SUMS_MAX, compare_mask, &ranges};
    const struct sums *beside = same || same_time ? &before : NULL;
    switch (compare_file(compare, &file, beside, &now, &difference)) {
    case COMPARE_OTHER:
        if (same_time)
            compare_rot(compare, compare_place(handle, &difference));
        else
            cache_differs(compare, handle, &difference);
        break;
    case COMPARE_SHORT:
        cache_is_older(compare, &before, &now, compare_place(handle, &difference),
                       "what was written here is gone");
        break;
    case COMPARE_SAME:
    case COMPARE_NEW:
        break;
    }
}

/* ---- all of it ---- */

static void compare_format(struct mailindex_compare *compare)
{
    const struct mailindex_mailbox *mailbox = compare->check->mailbox;

    switch (mailbox->format) {
    case MAILINDEX_MAILDIR:
        compare_uidlist(compare);
        compare_mails(compare, &mailbox->mail, COMPARE_MAILDIR);
        break;
    case MAILINDEX_SDBOX:
        compare_mails(compare, &mailbox->mail, COMPARE_U);
        if (mailbox->alt.fd >= 0)
            compare_mails(compare, &mailbox->alt, COMPARE_U);
        break;
    case MAILINDEX_STORAGE:
        compare_mails(compare, &mailbox->mail, COMPARE_M);
        if (mailbox->alt.fd >= 0)
            compare_mails(compare, &mailbox->alt, COMPARE_M);
        break;
    case MAILINDEX_MDBOX:
    case MAILINDEX_LIST:
    case MAILINDEX_INDEX_ONLY:
    case MAILINDEX_CYRUS:
    case MAILINDEX_CYRUS_DATABASES:
        break;
    }
}

void mailindex_compare_dovecot(struct mailindex_compare *compare)
{
    const struct dovecot_look *look = &compare->check->look;

    compare->found = compare->check->sink->reported;
    compare_index(compare);
    compare_log(compare, MAILINDEX_LOG2, &look->log2, "B8");
    compare_log(compare, MAILINDEX_LOG, &look->log, "B6");
    compare_sequence(compare);
    compare_cache(compare);
    compare_format(compare);
    compare_others(compare);
    check_index_gone(compare);
    compare_doubts(
        compare, (struct mailindex_place){handle_of(compare, MAILINDEX_INDEX)->file.name, 60, 12});
}
