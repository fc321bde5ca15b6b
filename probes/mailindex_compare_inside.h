/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MAILINDEX_COMPARE_INSIDE_H
#define PROBES_MAILINDEX_COMPARE_INSIDE_H

#include "probes/mailindex_compare.h"

enum { COMPARE_PIECE = 128 * 1024 };

struct mailindex_compare {
    struct mailindex_check *check;
    struct mailindex_sink *sink;    /* one that leaves out what it is told where all is accepted */
    struct buf known;               /* bytes of the baseline */
    const struct sums_list *before; /* NULL: the mailbox was never looked at */
    struct sums_writer now;
    struct sums_maker *making, *making_before;
    uint8_t *piece;
    struct arena *scratch; /* of one file */
    bool index_is_older;   /* than the one that was known */
    const struct sums *index_is_gone;
    bool went_back; /* files hold less than they did, and are of an earlier time */
};

/* A range of a file that is read, and bytes in it that may change: mask makes them all alike. */
struct compare_file {
    const struct mailindex_file *file;
    uint64_t length;                                                         /* of it */
    void (*mask)(uint8_t *bytes, uint64_t offset, size_t length, void *arg); /* NULL: none */
    void *arg;
};

/*
 * Makes the sums of the file (kind, id and extra are filled in) and writes them; holds the file
 * against what was known of it; before NULL: nothing.
 */
enum compare_result {
    COMPARE_NEW,   /* nothing was known, or it could not be read */
    COMPARE_SAME,  /* as far as it was known */
    COMPARE_SHORT, /* shorter than it was */
    COMPARE_OTHER, /* differs; where is in difference */
};
enum compare_result compare_file(struct mailindex_compare *compare, const struct compare_file *file,
                                 int max, const struct sums *before, struct sums *now,
                                 struct sums_difference *difference);

/*
 * Whether a file that is shorter than it was is so because it is of an earlier time: those of a
 * backup have the times of then, and a file that was cut off has a later one.
 */
uint64_t compare_time(const struct mailindex_stamp *stamp);
bool compare_is_earlier(struct mailindex_compare *compare, const struct sums *before,
                        const struct sums *now);

/* Files with mail, by their names: dbox' u.N and m.N, "N." of Cyrus. */
enum compare_mail { COMPARE_MAILDIR, COMPARE_U, COMPARE_M, COMPARE_CYRUS };
void compare_mails(struct mailindex_compare *compare, const struct mailindex_dir *dir,
                   enum compare_mail kind);

/* dovecot-uidlist: which file has which uid. */
void compare_uidlist(struct mailindex_compare *compare);

/* What of a dovecot.index.cache may change: see compare_file.mask; arg is this. */
enum { COMPARE_RANGES = 256 };
struct compare_ranges {
    struct {
        uint64_t offset, length;
    } at[COMPARE_RANGES];
    int count;
};
void compare_cache_ranges(const struct mailindex_file *cache, struct compare_ranges *ranges);
void compare_mask(uint8_t *bytes, uint64_t offset, size_t length, void *ranges);

#endif
