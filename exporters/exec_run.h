/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTERS_EXEC_RUN_H
#define EXPORTERS_EXEC_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/buf.h"
#include "core/error.h"

/*
 * One run of a command, with no shell: in a process group of its own, with default signals, in the
 * directory /, with no descriptors but the three standard ones. What it writes to its standard
 * output and error goes to the log, a few lines of it.
 *
 * Whoever waits for it polls both descriptors for reading. Times are milliseconds of a clock that
 * never goes back.
 */
enum { EXEC_RUN_LINES = 20, EXEC_RUN_LINE = 200, EXEC_RUN_GRACE_MS = 3000 };

struct exec_run {
    const char *name; /* for the log; the caller's */
    pid_t pid;        /* and process group; 0: none runs */
    int pidfd;        /* readable when it has ended */
    int output;       /* its output; -1 once it has closed that */
    struct buf line;  /* that is not at its end yet */
    unsigned lines;   /* seen so far */
    int64_t timeout_ms, deadline_ms;
    bool timed_out, killed;
};

/*
 * Starts it. Whether there is such a program is only known from how it ends. Negative where there
 * can be no further process.
 */
int exec_run_start(struct exec_run *run, const char *name, char *const *arguments,
                   char *const *environment, const struct buf *input, int64_t timeout_ms,
                   int64_t now_ms, struct error *e);

/* Takes what it has written; to be called when output is readable. */
void exec_run_read(struct exec_run *run);

/* When its time is up: asks it to end, the second time makes it. Of all that it has started too. */
void exec_run_expire(struct exec_run *run, int64_t now_ms);

/*
 * To be called when pidfd is readable. 0: it has ended with status 0; else -EIO with an error that
 * says how it ended, or -EAGAIN: it has not.
 */
int exec_run_end(struct exec_run *run, struct error *e);

/* Kills it with all that it has started, and waits for nothing. */
void exec_run_kill(struct exec_run *run);

#endif
