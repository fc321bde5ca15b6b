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
    struct sums_maker *making, *making_before, *making_whole;
    uint8_t *piece;
    uint64_t mail_parts;   /* that are read a part at a look */
    uint64_t mail_bytes;   /* that were read */
    uint64_t settled_ns;   /* what changed before then has changed for good */
    struct arena *scratch; /* of one file */
    bool index_is_older;   /* than the one that was known */
    const struct sums *index_is_gone;
    struct compare_doubt *doubts;
    size_t found; /* without the baseline */
    /* Whether a backup was restored: */
    bool of_earlier;    /* a file holds less than it did, and is of an earlier time */
    bool forked;        /* a log went on in another way: B3 */
    bool end_differs;   /* the old log is another at its end */
    unsigned shorter;   /* files that hold less than they did */
    unsigned copied;    /* that are what they were, at another time */
    unsigned untouched; /* other ones than mail that are what and of when they were */
};

/* A file, or a range from its start, and bytes in it that may change: mask makes them all alike. */
struct compare_file {
    const struct mailindex_handle *handle;
    uint64_t length;                                                         /* of the range */
    int max;                                                                 /* sums */
    void (*mask)(uint8_t *bytes, uint64_t offset, size_t length, void *arg); /* NULL: none */
    void *arg;
};

/*
 * Makes the sums of the file (kind, id and extra are filled in) and writes them; holds the file
 * against what was known of it; before NULL: nothing. Tells where another content has the same
 * time, unless it is one that is told as COMPARE_OTHER.
 */
enum compare_result {
    COMPARE_NEW,   /* nothing was known, or it could not be read */
    COMPARE_SAME,  /* as far as it was known */
    COMPARE_SHORT, /* shorter than it was */
    COMPARE_OTHER, /* differs; where is in difference */
};
enum compare_result compare_file(struct mailindex_compare *compare, const struct compare_file *file,
                                 const struct sums *before, struct sums *now,
                                 struct sums_difference *difference);

/* Where a file differs. */
static inline struct mailindex_place compare_place(const struct mailindex_handle *handle,
                                                   const struct sums_difference *difference)
{
    return (struct mailindex_place){handle->file.name, difference->offset, difference->length};
}

/* Tells that a file has another content, though nobody wrote to it. */
void compare_rot(struct mailindex_compare *compare, struct mailindex_place place);

/* The time of a file, as it is kept; 0 where it has none. */
uint64_t compare_time(const struct mailindex_compare *compare, enum sums_kind kind,
                      const struct mailindex_stamp *stamp);

/*
 * What is damage, unless it turns out that a backup was restored, or the log went on in another way
 * from some place on: then it is told that this is so, once for all.
 */
void compare_doubt(struct mailindex_compare *compare, const char *rule,
                   struct mailindex_place place, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* That a file holds less than it did: those of a backup have the times of then, perhaps. */
void compare_shorter(struct mailindex_compare *compare, uint64_t time_before, uint64_t time_now);

/* Tells of the doubts; at the end. */
void compare_doubts(struct mailindex_compare *compare, struct mailindex_place index);

/* Files with mail, by their names: dbox' u.N and m.N, "N." of Cyrus. */
enum compare_mail { COMPARE_MAILDIR, COMPARE_U, COMPARE_M, COMPARE_CYRUS };
void compare_mails(struct mailindex_compare *compare, const struct mailindex_dir *dir,
                   enum compare_mail kind);

/* Whether a file is a mail of that kind by its name. */
bool compare_is_mail(const char *name, enum compare_mail kind);

/* All other files beside index and mails, as they are. */
void compare_others(struct mailindex_compare *compare);

/* dovecot-keywords: which letter is which keyword. */
void compare_keywords(struct mailindex_compare *compare, const struct mailindex_handle *handle);

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
