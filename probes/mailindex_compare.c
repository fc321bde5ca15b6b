/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_compare_inside.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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
    if (compare->before && check->options->mail_bytes)
        compare->mail_parts =
            1 + (sums_total(compare->before, SUMS_MAIL) + sums_total(compare->before, SUMS_MAILS)) /
                    check->options->mail_bytes;
}

/* Times of files may be that coarse, and clocks of hosts that far apart. */
static uint64_t settled_ns(void)
{
    const int64_t seconds = 2;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec > seconds
               ? (uint64_t)(now.tv_sec - seconds) * 1000000000 + (uint64_t)now.tv_nsec
               : 0;
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
    compare->making_whole = sums_maker_new();
    compare->settled_ns = settled_ns();
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
    sums_writer_free(&(*compare)->now);
    sums_maker_free(&(*compare)->making);
    sums_maker_free(&(*compare)->making_before);
    sums_maker_free(&(*compare)->making_whole);
    arena_free(&(*compare)->scratch);
    free((*compare)->piece);
    free(*compare);
    *compare = NULL;
}

const struct buf *mailindex_compare_sums(struct mailindex_compare *compare)
{
    sums_write_end(&compare->now);
    return &compare->now.bytes;
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

    if (same && before.extra > uids.extra) {
        compare->index_is_older = true;
        mailindex_report(
            compare->sink, "B2",
            (struct mailindex_place){
                arena_printf(compare->check->arena, "%s/cyrus.index", mailbox->index.path), 0, 0},
            "the last uid was %" PRIu64 " and is %" PRIu64
            " again: what is there is of an earlier time",
            before.extra - 1, uids.extra - 1);
        compare_shorter(compare, 0, 0);
    }
    sums_write(&compare->now, &uids);
    for (size_t i = 0; i < count; i++)
        compare_record(compare, index, &records[i], same);
    if (mailbox->mail.fd >= 0)
        compare_mails(compare, &mailbox->mail, COMPARE_CYRUS);
    if (mailbox->alt.fd >= 0)
        compare_mails(compare, &mailbox->alt, COMPARE_CYRUS);
    compare_others(compare);
    compare_doubts(compare, (struct mailindex_place){0});
}
