/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MD_SUMMARY_H
#define PROBES_MD_SUMMARY_H

#include "probes/md_array.h"
#include "probes/md_redundancy.h"

/* How forewarn_md_disks counts members; one can count under several. */
enum md_count {
    MD_COUNT_IN_SYNC,
    MD_COUNT_REBUILDING,
    MD_COUNT_SPARE,
    MD_COUNT_FAULTY,
    MD_COUNT_MISSING,
    MD_COUNT_JOURNAL,
    MD_COUNT_WRITE_MOSTLY,
    MD_COUNT_REPLACEMENT,
    MD_COUNTS
};

/* What the readers' facts come to. */
struct md_summary {
    const struct md_level *level;
    enum md_state state;
    bool running;              /* neither inactive nor clear */
    int wanted;                /* 0: not known */
    int64_t counts[MD_COUNTS]; /* MD_UNKNOWN where not known */
    int redundancy;            /* as md_redundancy() */
    bool journaled, journal_failed;
    int64_t lost_sectors; /* as md_lost_sectors() */
    enum md_waiting waiting;
    bool slots_known;  /* whole and held tell of each slot below wanted */
    const bool *whole; /* a member whose data are whole holds the slot */
    const bool *held;  /* a member holds it that is whole or being rebuilt */
    int failed_slot; /* of the one failed member, if no other slot lacks whole data; else unknown */
};

const char *md_count_name(enum md_count count);

/*
 * Fills what sysfs did not tell from what mdstat did: into is the array as sysfs has it, and is
 * left alone where it knows.
 */
void md_merge(struct md_array *into, const struct md_array *mdstat);

/* All of it lives in the arena. */
void md_summarize(struct arena *arena, const struct md_array *array, struct md_summary *summary);

#endif
