/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/mailindex_metrics.h"

#define MAIL(symbol, kind, suffix, of_unit, of_source, of_help, ...)                               \
    const struct metric symbol = {                                                                 \
        .name = "forewarn_mail_" suffix,                                                           \
        .type = kind,                                                                              \
        .unit = of_unit,                                                                           \
        .help = of_help,                                                                           \
        .source = of_source,                                                                       \
        .labels = {"store", "member", ##__VA_ARGS__},                                              \
    }

MAIL(
    mailindex_mailboxes, METRIC_GAUGE, "mailboxes", "",
    "dovecot.index, cyrus.index and the files beside it",
    "Mailboxes by what the last look at each came to: sound damaged suspect unreadable unseen, and "
    "unverified where part of it is of a version or format that is not known. An mdbox' storage, a "
    "user's list of mailboxes and a directory with databases of Cyrus count as "
    "one each.",
    "verdict");
MAIL(mailindex_damage, METRIC_GAUGE, "damage", "",
     "dovecot.index, cyrus.index and the files beside it",
     "Mailboxes with damage of a kind, by the first finding of each: index log cache agreement "
     "uidlist maildir dbox map list, and of Cyrus mail database; rot where "
     "the baseline alone says it.",
     "kind");
MAIL(mailindex_members, METRIC_GAUGE, "members", "", "the files in members_directory",
     "Hosts that share the store: alive gone. The share of those that are gone is taken over.",
     "state");
MAIL(
    mailindex_rebuilds, METRIC_COUNTER, "index_rebuilds_total", "",
    "indexid, file_seq of log and cache, rebuild_count, uidvalidity",
    "Indexes, caches and mailboxes that Dovecot made anew, repaired or renumbered, or never stored "
    "though they were wanted, seen between two looks at a mailbox.");
MAIL(mailindex_oldest_look, METRIC_GAUGE, "oldest_look_seconds", "seconds", "the probe's own state",
     "How long ago the mailbox that waits longest was verified as a whole.");
MAIL(mailindex_round, METRIC_GAUGE, "round_seconds", "seconds", "the configuration",
     "In which time each mailbox is to be verified once.");
MAIL(mailindex_progress, METRIC_GAUGE, "sweep_ratio", "ratio", "the probe's own state",
     "How far the sweep over all mailboxes is that is under way, by the number that the last one "
     "met; 1 when none is.");
MAIL(mailindex_bytes_read, METRIC_COUNTER, "read_bytes_total", "bytes", "the probe's own reads",
     "What was read to verify, since the probe started.");

MAIL(mailindex_restored, METRIC_COUNTER, "restored_total", "", "the baseline",
     "Mailboxes that were found to be of an earlier time, as after a backup was restored.");
MAIL(
    mailindex_baseline_age, METRIC_GAUGE, "baseline_age_seconds", "seconds",
    "the probe's own state",
    "How long ago the baseline was brought up to date: what was sound then is what later looks are "
    "held against.");
MAIL(mailindex_baseline_size, METRIC_GAUGE, "baseline_size_bytes", "bytes",
     "the file in the probe's state directory", "How large the baseline is.");

const struct metric *const mailindex_metrics[] = {
    &mailindex_mailboxes,    &mailindex_damage,        &mailindex_members,
    &mailindex_rebuilds,     &mailindex_oldest_look,   &mailindex_round,
    &mailindex_progress,     &mailindex_bytes_read,    &mailindex_restored,
    &mailindex_baseline_age, &mailindex_baseline_size, NULL,
};
