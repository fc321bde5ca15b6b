/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_SMARTCTL_RUN_H
#define PROBES_SMARTCTL_RUN_H

#include <stddef.h>

#include "core/arena.h"
#include "core/error.h"

/* What a program left behind. */
struct smartctl_output {
    char *text; /* of the arena, NUL at the end, at most the limit */
    size_t length;
    int exit_status; /* -1 when a signal ended it */
};

/*
 * Runs program (found in PATH when it holds no slash) with arguments (argv[0] to a NULL), reads its
 * standard output up to limit bytes and waits for it, all within timeout_ms. The child gets no
 * standard input, no environment but LC_ALL and PATH, and a process group of its own, which is
 * killed when the time is up or the output too long, so that what it started dies too; a child
 * that holds the pipe open after its parent's end is not waited for.
 *
 * Fails with -ETIMEDOUT, -EFBIG, -ENOENT (no such program), -EINTR (ended by a signal); the text so
 * far is then there nevertheless. A program that cannot even be killed is left behind, unreaped.
 */
int smartctl_run(const char *program, const char *const *argv, size_t limit, int timeout_ms,
                 struct arena *arena, struct smartctl_output *output, struct error *e);

#endif
