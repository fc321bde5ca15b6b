/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NFSLOCK_H
#define PROBES_NFSLOCK_H

#include "probes/nfs_address.h"
#include "probes/nfs_locks.h"
#include "probes/nfs_mounts.h"
#include "probes/nfs_mountstats.h"

/*
 * The parts of the nfslock probe. Each adds what it knows to run->batch, outside any target: they
 * read only /proc and /sys below the root and ask rtnetlink, none of which waits for a server.
 */

/* What is remembered of a mount from one look to the next. */
struct nfs_seen {
    const char *mountpoint;
    uint64_t sent, received;
    uint64_t sent_at_reply; /* sent, when received last moved */
    int64_t since_ns;       /* since when requests are sent and not answered; 0: they are */
};

/* What one look leaves for the next; the probe has two and swaps them. */
struct nfslock_memory {
    struct arena *arena;
    struct nfs_seen *mounts;
    size_t mount_count;
    struct nfs_locks locks;
};

/* The mounts themselves, and what mountstats counts of them. */
void nfslock_report_mounts(struct batch *batch, const struct nfs_mounts *mounts);
void nfslock_report_stats(struct batch *batch, const struct nfs_mount *mount,
                          const struct nfs_stats *stats);

/*
 * For how long, at least, requests on a mount have been without any answer; 0 while answers come.
 * waiting is how many tasks the kernel's connections to the server hold (nfs_connection.h), -1
 * where it does not tell: requests whose callers gave up are not waited for any more. before is
 * NULL at the first look; now is filled.
 */
double nfslock_unanswered(const struct nfs_seen *before, const struct nfs_stats *stats,
                          int64_t waiting, int64_t now_ns, struct nfs_seen *now);

/* Reads mountstats and reports it, with nfs_unanswered_seconds where there was a look before. */
void nfslock_poll_stats(struct probe_run *run, const struct nfs_mounts *mounts,
                        const struct nfs_connections *connections,
                        const struct nfslock_memory *before, struct nfslock_memory *now);

/* Waiters of /proc/locks, lockd's grace period and ports, packet filter. */
void nfslock_poll_host(struct probe_run *run, bool has_mounts, const struct nfslock_memory *before,
                       struct nfslock_memory *now);

/* The addresses that servers see, the kernel's connections to them, the links that lead there. */
void nfslock_poll_paths(struct probe_run *run, const struct nfs_connections *connections,
                        const struct nfs_addresses *addresses);

#endif
