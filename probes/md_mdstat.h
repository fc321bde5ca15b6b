/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_MD_MDSTAT_H
#define PROBES_MD_MDSTAT_H

#include "probes/md_array.h"

enum { MD_MAX_PROBLEMS = 32 };

/* A line that could not be taken as it stands. */
struct md_problem {
    const char *kind;   /* as in struct finding */
    bool blind;         /* an array, or something of it, was not seen for it */
    const char *array;  /* "" where it belongs to none */
    size_t line;        /* from 1 */
    size_t offset;      /* in bytes, of the line */
    const char *text;   /* what about it */
    const char *quoted; /* the line or the word, made printable and cut */
};

/* /proc/mdstat. All lives in the arena it was parsed into. */
struct md_mdstat {
    struct md_array *arrays;
    size_t count, room;
    const char *unused; /* what follows "unused devices:", "" where the line is missing */
    bool complete;      /* the last line that md prints is there */
    struct md_problem problems[MD_MAX_PROBLEMS];
    size_t problem_count; /* of all; only the first MD_MAX_PROBLEMS are kept */
};

/*
 * Parses the text as md_seq_show() of drivers/md/md.c and the status functions of the levels print
 * it, from kernel 2.6 on. Any bytes may come: what does not fit is a problem and the rest goes on.
 * Members' roles are told as far as the text does: where some without a flag are rebuilding, but
 * not which, their role is unknown.
 */
void md_mdstat_parse(struct arena *arena, const char *text, size_t length,
                     struct md_mdstat *mdstat);

#endif
