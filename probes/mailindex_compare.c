/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_compare_inside.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "probes/mailindex_baseline.h"

static void ignore(const struct mailindex_finding *finding, void *arg)
{
    (void)finding;
    (void)arg;
}

uint64_t mailindex_compare_key(const struct mailindex_mailbox *mailbox)
{
    const struct mailindex_dir *dir = mailbox->index.fd >= 0 ? &mailbox->index : &mailbox->mail;
    return mailindex_baseline_key(dir->path, mailbox->index_name);
}

static void read_known(struct mailindex_compare *compare)
{
    struct mailindex_check *check = compare->check;
    struct error e = {0};

    int found = mailindex_baseline_get(check->options->baseline,
                                       mailindex_compare_key(check->mailbox), &compare->known, &e);
    if (found < 0)
        mailindex_check_unreadable(check, check->mailbox->index.path, e.text);
    if (found > 0)
        compare->before = sums_list_read(compare->known.data, compare->known.length, check->arena);
}

struct mailindex_compare *mailindex_compare_new(struct mailindex_check *check)
{
    struct mailindex_compare *compare = calloc(1, sizeof *compare);
    struct mailindex_sink *quiet = ARENA_NEW(check->arena, struct mailindex_sink);

    if (!compare)
        abort();
    quiet->report = ignore;
    compare->check = check;
    compare->sink = check->options->accept ? quiet : check->sink;
    compare->scratch = arena_new();
    compare->making = sums_maker_new();
    compare->making_before = sums_maker_new();
    compare->piece = malloc(COMPARE_PIECE);
    if (!compare->piece)
        abort();
    read_known(compare);
    return compare;
}

void mailindex_compare_free(struct mailindex_compare **compare)
{
    if (!*compare)
        return;
    buf_free(&(*compare)->known);
    buf_free(&(*compare)->now.bytes);
    sums_maker_free(&(*compare)->making);
    sums_maker_free(&(*compare)->making_before);
    arena_free(&(*compare)->scratch);
    free((*compare)->piece);
    free(*compare);
    *compare = NULL;
}

const struct buf *mailindex_compare_sums(const struct mailindex_compare *compare)
{
    return &compare->now.bytes;
}

/* ---- one file ---- */

/* Reads the file once and adds it to both makers; false where it could not be read. */
static bool add_file(struct mailindex_compare *compare, const struct compare_file *file,
                     const struct sums *before)
{
    uint8_t *piece = compare->piece;
    uint64_t wanted = before && before->length > file->length ? before->length : file->length;
    uint64_t length = wanted < file->file->size ? wanted : file->file->size;

    for (uint64_t at = 0; at < length;) {
        size_t n = length - at < COMPARE_PIECE ? (size_t)(length - at) : COMPARE_PIECE;
        ssize_t got = file->file->read(file->file->arg, at, piece, n);
        if (got < 0)
            mailindex_check_unreadable(compare->check, file->file->name, error_name((int)got));
        if (got <= 0) {
            compare->check->moved |= got == 0; /* it became shorter */
            return false;
        }
        if (file->mask)
            file->mask(piece, at, (size_t)got, file->arg);
        sums_add(compare->making, piece, (size_t)got);
        if (before)
            sums_add(compare->making_before, piece, (size_t)got);
        at += (uint64_t)got;
    }
    return true;
}

enum compare_result compare_file(struct mailindex_compare *compare, const struct compare_file *file,
                                 int max, const struct sums *before, struct sums *now,
                                 struct sums_difference *difference)
{
    struct sums again = {0};

    sums_start(compare->making, file->length, max);
    if (before)
        sums_start_as(compare->making_before, before);
    *difference = (struct sums_difference){0};
    if (!add_file(compare, file, before) || !sums_finish(compare->making, now))
        return COMPARE_NEW;
    sums_write(&compare->now, now);
    if (!before)
        return COMPARE_NEW;
    bool reached = sums_finish(compare->making_before, &again);
    if (sums_differ(before, &again, difference))
        return COMPARE_OTHER;
    if (reached)
        return COMPARE_SAME;
    *difference =
        (struct sums_difference){.offset = file->length, .length = before->length - file->length};
    return COMPARE_SHORT;
}

/* Milliseconds. */
uint64_t compare_time(const struct mailindex_stamp *stamp)
{
    return stamp->mtime_s > 0 ? (uint64_t)stamp->mtime_s * 1000 + stamp->mtime_ns / 1000000 : 0;
}

bool compare_is_earlier(struct mailindex_compare *compare, const struct sums *before,
                        const struct sums *now)
{
    compare->went_back |= compare->index_is_older || now->extra < before->extra;
    return compare->went_back;
}

/* ---- Cyrus ---- */

static struct sums sums_of_record(const struct cyrus_record *record)
{
    uint8_t bytes[CYRUS_GUID + 16];
    struct sums sums = {.kind = SUMS_RECORD, .id = record->uid, .count = 1};

    memcpy(bytes, record->guid, CYRUS_GUID);
    memcpy(bytes + CYRUS_GUID, &record->size, 8);
    memcpy(bytes + CYRUS_GUID + 8, &record->internal_date, 8);
    sums.sum[0] = sums_of(bytes, sizeof bytes);
    return sums;
}

static void compare_record(struct mailindex_compare *compare, const struct cyrus_index *index,
                           const struct cyrus_record *record, bool same_uids)
{
    struct sums before, now = sums_of_record(record);
    const char *path =
        arena_printf(compare->check->arena, "%s/cyrus.index", compare->check->mailbox->index.path);

    if (compare->before && same_uids && sums_find(compare->before, SUMS_RECORD, now.id, &before) &&
        before.sum[0] != now.sum[0])
        mailindex_report(compare->sink, "B16",
                         (struct mailindex_place){path, record->place, index->record_size},
                         "uid %" PRIu32 ": date, size or GUID are not what they were", record->uid);
    sums_write(&compare->now, &now);
}

void mailindex_compare_cyrus(struct mailindex_compare *compare, const struct cyrus_index *index,
                             const struct cyrus_record *records, size_t count)
{
    const struct mailindex_mailbox *mailbox = compare->check->mailbox;
    struct sums before, uids = {.kind = SUMS_UIDS,
                                .id = index->uidvalidity,
                                .extra = (uint64_t)index->last_uid + 1};
    bool same = compare->before && sums_find(compare->before, SUMS_UIDS, uids.id, &before);

    if (same && before.extra > uids.extra)
        mailindex_report(
            compare->sink, "B2",
            (struct mailindex_place){
                arena_printf(compare->check->arena, "%s/cyrus.index", mailbox->index.path), 0, 0},
            "the last uid was %" PRIu64 " and is %" PRIu64
            " again: what is there is of an earlier time",
            before.extra - 1, uids.extra - 1);
    sums_write(&compare->now, &uids);
    for (size_t i = 0; i < count; i++)
        compare_record(compare, index, &records[i], same);
    if (mailbox->mail.fd >= 0)
        compare_mails(compare, &mailbox->mail, COMPARE_CYRUS);
    if (mailbox->alt.fd >= 0)
        compare_mails(compare, &mailbox->alt, COMPARE_CYRUS);
}
