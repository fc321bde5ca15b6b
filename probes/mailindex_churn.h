/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_CHURN_H
#define PROBES_MAILINDEX_CHURN_H

#include "probes/mailindex.h"

/*
 * Indexes that are made anew again and again cost as much as damaged ones. What of a mailbox is
 * kept from look to look to notice it; small, since it is kept for each mailbox.
 */
struct mailindex_churn_facts {
    uint32_t indexid;       /* 0: no index and no log */
    uint32_t log_seq;       /* of the newest log */
    uint32_t cache_seq;     /* 0: no cache */
    uint32_t rebuild_count; /* of dbox-hdr or the map */
    uint32_t uid_validity, next_uid, messages;
    uint32_t vsize_uid; /* the highest uid whose virtual size the header has */
    uint8_t fsckd;
    uint8_t cache_wanted; /* the index has the cache extension, so that a cache was meant to be */
};

/* What happened between two looks, as counts to be added up. */
struct mailindex_churn {
    uint32_t index_rebuilds; /* the index was created anew */
    uint32_t cache_rebuilds; /* more often than mails that came and went explain */
    uint32_t store_rebuilds; /* Dovecot rebuilt the mailbox from its mail files */
    uint32_t repairs;        /* fsck ran */
    uint32_t renumbered;     /* clients fetch all mails again */
    uint32_t unsaved;        /* there is still no cache, or no virtual size, that was wanted */
};

struct mailindex_churn mailindex_churn_between(const struct mailindex_churn_facts *before,
                                               const struct mailindex_churn_facts *now);

/* What was seen in a row of looks; zeroed to start. Old looks fade: the newest 16 count. */
struct mailindex_churn_history {
    uint16_t looks; /* a bit a look, newest lowest: 1 in known, then whether it churned */
    uint16_t known;
    uint16_t unsaved; /* likewise, of what is never stored */
};

void mailindex_churn_add(struct mailindex_churn_history *history,
                         const struct mailindex_churn *churn);

enum mailindex_churn_state {
    MAILINDEX_CHURN_NONE,
    MAILINDEX_CHURN_WEAK, /* wanted and never stored */
    MAILINDEX_CHURN_REBUILT,
};
enum mailindex_churn_state mailindex_churn_judge(const struct mailindex_churn_history *history);

#endif
