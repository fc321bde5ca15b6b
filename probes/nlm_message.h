/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NLM_MESSAGE_H
#define PROBES_NLM_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The Network Lock Manager, version 4 (The Open Group, C702, chapter 14): a lock on a whole file as
 * bytes, and what a server says to it, which is outside input. Pure.
 */
enum { NLM_HANDLE_MAX = 64, NLM_NAME_MAX = 255, NLM_MESSAGE_MAX = 1024 };

enum nlm_procedure { NLM_UNLOCK = 4, NLM_NM_LOCK = 22 }; /* NM: the holder is not monitored */

enum nlm_status {
    NLM_GRANTED,
    NLM_DENIED, /* somebody else holds it */
    NLM_DENIED_NO_LOCKS,
    NLM_BLOCKED,
    NLM_DENIED_GRACE, /* the server was started just now */
    NLM_DEADLOCK,
    NLM_READ_ONLY,
    NLM_STALE_HANDLE,
    NLM_TOO_LARGE,
    NLM_FAILED,
    NLM_GARBAGE = -1, /* what came is no answer to this */
};

const char *nlm_status_text(enum nlm_status status); /* for people */

/* Whose lock, on what. The same again means the same lock. */
struct nlm_lock {
    const char *caller;                   /* host name; NLM_NAME_MAX bytes at most */
    const char *owner;                    /* likewise */
    int32_t pid;                          /* any number that the owner tells its locks apart by */
    unsigned char handle[NLM_HANDLE_MAX]; /* the server's of the file */
    size_t handle_bytes;
};

/* The arguments of a procedure; 0 where they do not fit. A lock is exclusive and not waited for. */
size_t nlm_encode(enum nlm_procedure procedure, const struct nlm_lock *lock, void *out,
                  size_t room);

enum nlm_status nlm_decode(const void *body, size_t length);

/*
 * The server's handle in what name_to_handle_at(2) gives for a file on an NFS mount (Linux,
 * fs/nfs/export.c: three words, then struct nfs_fh, a 16-bit size and the bytes). false: it is
 * none.
 */
bool nlm_handle_of(const unsigned char *bytes, size_t length, struct nlm_lock *lock);

#endif
