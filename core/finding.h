/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CORE_FINDING_H
#define CORE_FINDING_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Something that a probe met and that no number says: a file it could not read, a line it does not
 * understand, a target that hangs. A finding does not judge; but when it is blind, part of the host
 * was not seen, and a check that ends with it can not say "ok".
 */
struct finding {
    const char *kind;    /* for programs: unreadable malformed hung conflict timeout note ... */
    bool blind;          /* what the target holds was not, or not wholly, seen */
    const char *probe;   /* "md" */
    const char *target;  /* disk, array, mount or store; "" when it concerns the whole probe */
    const char *file;    /* where: path, or "" */
    int64_t offset;      /* byte in file; -1: none */
    const char *message; /* for people: what, and why it matters, without the file's name */
};

#endif
