/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_churn.h"

/* The cache may be rebuilt once in a while: by a purge, after many mails came or went. */
static uint32_t cache_rebuilds(const struct mailindex_churn_facts *before,
                               const struct mailindex_churn_facts *now)
{
    if (!before->cache_seq || !now->cache_seq || now->cache_seq == before->cache_seq)
        return 0;
    /* a purge counts one up; anything else is a cache that was begun anew */
    return now->cache_seq > before->cache_seq && now->cache_seq - before->cache_seq < 1000
               ? now->cache_seq - before->cache_seq
               : 1;
}

static uint32_t index_rebuilds(const struct mailindex_churn_facts *before,
                               const struct mailindex_churn_facts *now)
{
    if (!before->indexid || !now->indexid)
        return 0;
    return now->indexid != before->indexid || now->log_seq < before->log_seq;
}

struct mailindex_churn mailindex_churn_between(const struct mailindex_churn_facts *before,
                                               const struct mailindex_churn_facts *now)
{
    struct mailindex_churn churn = {
        .index_rebuilds = index_rebuilds(before, now),
        .cache_rebuilds = cache_rebuilds(before, now),
        .repairs = now->fsckd && (!before->fsckd || now->log_seq > before->log_seq),
        .renumbered = before->indexid && now->indexid && before->uid_validity &&
                      now->uid_validity && now->uid_validity != before->uid_validity,
    };

    if (now->rebuild_count > before->rebuild_count)
        churn.store_rebuilds = now->rebuild_count - before->rebuild_count;
    else if (now->rebuild_count < before->rebuild_count)
        churn.store_rebuilds = 1;
    churn.unsaved = now->messages && before->messages && now->cache_wanted &&
                    before->cache_wanted && !now->cache_seq && !before->cache_seq;
    return churn;
}

void mailindex_churn_add(struct mailindex_churn_history *history,
                         const struct mailindex_churn *churn)
{
    bool churned = churn->index_rebuilds || churn->cache_rebuilds || churn->store_rebuilds ||
                   churn->repairs || churn->renumbered;

    history->looks = (uint16_t)(history->looks << 1 | churned);
    history->unsaved = (uint16_t)(history->unsaved << 1 | (churn->unsaved != 0));
    history->known = (uint16_t)(history->known << 1 | 1);
}

static int bits(uint16_t n)
{
    int count = 0;
    for (; n; n &= (uint16_t)(n - 1))
        count++;
    return count;
}

/*
 * Once is an accident, and a purge now and then is how it should be; three times in 16 looks, and
 * in a quarter of them at least, is neither.
 */
enum mailindex_churn_state mailindex_churn_judge(const struct mailindex_churn_history *history)
{
    int looks = bits(history->known), churned = bits(history->looks);

    if (churned >= 3 && churned * 4 >= looks)
        return MAILINDEX_CHURN_REBUILT;
    if (looks >= 5 && bits(history->unsaved) * 5 >= looks * 4)
        return MAILINDEX_CHURN_WEAK;
    return MAILINDEX_CHURN_NONE;
}
