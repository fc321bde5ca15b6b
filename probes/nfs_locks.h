/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NFS_LOCKS_H
#define PROBES_NFS_LOCKS_H

#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

/*
 * Who waits for a file lock, from the text of /proc/locks (proc(5), lock_get_status() in Linux'
 * fs/locks.c):
 *     2: POSIX  ADVISORY  WRITE 18292 fd:09:34062 0 EOF
 *     2: -> POSIX  ADVISORY  WRITE 18291 fd:09:34062 0 EOF
 * Locks that this host's kernel manages are there: of local files, and of exported ones those that
 * NFS clients hold (as lockd's). A client's own waiter on an NFS mount is not.
 */
enum { NFS_LOCKS_MAX_BYTES = 16 * 1024 * 1024, NFS_WAITERS_MAX = 4096 };

enum nfs_lock_kind { NFS_LOCK_POSIX, NFS_LOCK_FLOCK, NFS_LOCK_OFD, NFS_LOCK_LEASE, NFS_LOCK_KINDS };
const char *nfs_lock_kind_name(enum nfs_lock_kind kind); /* "posix", "flock", "ofd", "lease" */

struct nfs_waiter {
    enum nfs_lock_kind kind;
    const char *who;    /* all of its line but the number, by which it is known again */
    const char *pid;    /* of the waiter; "-1" for an open file description, "0" for lockd's */
    const char *holder; /* pid of the lock that it waits for, "" where the line is missing */
    const char *file;   /* "fd:09:34062": major and minor of the device in hex, inode */
    int64_t since_ns;   /* monotonic; filled by nfs_locks_remember() */
};

struct nfs_locks {
    struct nfs_waiter *waiters;
    size_t count, room;
    size_t malformed; /* lines that are no locks */
    size_t left_out;  /* waiters beyond NFS_WAITERS_MAX */
};

void nfs_locks_parse(struct arena *arena, const char *text, size_t length, struct nfs_locks *locks);

/*
 * Tells since when each waiter was seen, at least: it goes by who waits for what, so a waiter that
 * gave up and came back in between two looks counts as one. before
 * is what this call made of the look before, or is empty.
 */
void nfs_locks_remember(const struct nfs_locks *before, struct nfs_locks *now, int64_t now_ns);

#endif
