/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probes/mailindex_compare_inside.h"

/* Reads the file once and adds it to all makers that are wanted; false where it could not be read.
 */
static bool add_file(struct mailindex_compare *compare, const struct compare_file *file,
                     bool before_apart)
{
    const struct mailindex_file *from = &file->handle->file;
    uint8_t *piece = compare->piece;

    for (uint64_t at = 0; at < from->size;) {
        size_t n = from->size - at < COMPARE_PIECE ? (size_t)(from->size - at) : COMPARE_PIECE;
        ssize_t got = from->read(from->arg, at, piece, n);
        if (got < 0)
            mailindex_check_unreadable(compare->check, from->name, error_name((int)got));
        if (got <= 0) {
            compare->check->moved |= got == 0; /* it became shorter */
            return false;
        }
        if (file->mask || file->length < from->size)
            sums_add(compare->making_whole, piece, (size_t)got);
        if (file->mask)
            file->mask(piece, at, (size_t)got, file->arg);
        sums_add(compare->making, piece, (size_t)got);
        if (before_apart)
            sums_add(compare->making_before, piece, (size_t)got);
        at += (uint64_t)got;
    }
    return true;
}

/* Of a mail no more is wanted than whether it is still the same time. */
uint64_t compare_time(const struct mailindex_compare *compare, enum sums_kind kind,
                      const struct mailindex_stamp *stamp)
{
    uint64_t ns = (uint64_t)stamp->mtime_s * 1000000000 + stamp->mtime_ns;

    if (stamp->mtime_s <= 0)
        return 0;
    if (kind == SUMS_MAIL)
        return (sums_name(&ns, sizeof ns) & 0xffff) | 1;
    return sums_time(ns, ns < compare->settled_ns);
}

/* 0 where it was written to since it was opened. */
static uint64_t time_of(const struct mailindex_compare *compare, enum sums_kind kind,
                        const struct mailindex_handle *handle)
{
    struct mailindex_stamp now;
    struct stat st;

    if (fstat(handle->fd, &st) < 0)
        return 0;
    now = mailindex_stamp(&st);
    return mailindex_stamp_same(&handle->stamp, &now) ? compare_time(compare, kind, &now) : 0;
}

/* Makes them for the range, and where that leaves some of the file out, one for all of it. */
static bool make(struct mailindex_compare *compare, const struct compare_file *file,
                 const struct sums *before, struct sums *now)
{
    uint64_t size = file->handle->file.size;
    struct sums whole;

    sums_start(compare->making, file->length, file->max);
    sums_start(compare->making_whole, size, 1);
    bool apart = before && !sums_is_as(compare->making, before);
    if (apart)
        sums_start_as(compare->making_before, before);
    if (!add_file(compare, file, apart) || !sums_finish(compare->making, now))
        return false;
    now->time = time_of(compare, (enum sums_kind)now->kind, file->handle);
    now->has_whole = file->mask || file->length < size;
    if (now->has_whole) {
        sums_finish(compare->making_whole, &whole);
        now->whole = whole.count ? whole.sum[0] : 0;
        now->beyond = size - file->length;
    }
    return true;
}

void compare_rot(struct mailindex_compare *compare, struct mailindex_place place)
{
    mailindex_report(compare->sink, "B18", place,
                     "size and time are the same, and the content is not");
}

/* The time is the same, so the content must be; what says whether a backup was restored. */
static void compare_times(struct mailindex_compare *compare, const struct compare_file *file,
                          const struct sums *before, const struct sums *now, bool ranges_same)
{
    bool mail = now->kind == SUMS_MAIL;

    if (!before->time || !now->time || sums_size(before) != sums_size(now) ||
        before->has_whole != now->has_whole)
        return;
    bool same = ranges_same && before->whole == now->whole;
    bool same_time = mail ? before->time == now->time : (before->time | 1) == (now->time | 1);
    if (same && !same_time)
        compare->copied++;
    else if (same && !mail)
        compare->untouched++;
    else if (!same && same_time && ranges_same && sums_time_is_settled(before->time))
        compare_rot(compare,
                    (struct mailindex_place){file->handle->file.name, file->mask ? 0 : now->length,
                                             file->mask ? sums_size(now) : now->beyond});
}

enum compare_result compare_file(struct mailindex_compare *compare, const struct compare_file *file,
                                 const struct sums *before, struct sums *now,
                                 struct sums_difference *difference)
{
    struct sums again = {0};

    *difference = (struct sums_difference){0};
    if (!make(compare, file, before, now))
        return COMPARE_NEW;
    sums_write(&compare->now, now);
    if (!before)
        return COMPARE_NEW;
    bool reached = true;
    if (sums_is_as(compare->making, before))
        again = *now;
    else
        reached = sums_finish(compare->making_before, &again);
    bool differ = sums_differ(before, &again, difference);
    compare_times(compare, file, before, now, !differ && reached);
    if (differ)
        return COMPARE_OTHER;
    if (reached)
        return COMPARE_SAME;
    *difference =
        (struct sums_difference){.offset = file->length, .length = before->length - file->length};
    return COMPARE_SHORT;
}
