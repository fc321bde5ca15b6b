/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NFS_MOUNTSTATS_H
#define PROBES_NFS_MOUNTSTATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

/*
 * /proc/PID/mountstats, of which only the NFS mounts matter here. The format is that of
 * nfs_show_stats() in Linux' fs/nfs/super.c, rpc_clnt_show_stats() in net/sunrpc/stats.c and the
 * print_stats functions of net/sunrpc/xprtsock.c and xprtrdma/transport.c. Reading it touches no
 * server: it answers at once on a mount that hangs.
 */
enum {
    NFS_MOUNTSTATS_MAX_BYTES = 16 * 1024 * 1024,
    NFS_MOUNTSTATS_MAX = 1024, /* NFS mounts */
    NFS_MAX_PROBLEMS = 16,
};

/* Operations by what they wait for; commit is a write. NFSv3's locks are NLM's, not among them. */
enum nfs_class { NFS_READ, NFS_WRITE, NFS_METADATA, NFS_LOCK, NFS_CLASSES };
const char *nfs_class_name(enum nfs_class class); /* "read", "write", "metadata", "lock" */

/* Sums over the operations of a class since the mount. */
struct nfs_operations {
    uint64_t calls;         /* that have ended */
    uint64_t transmissions; /* of these calls */
    uint64_t timeouts;      /* major ones */
    uint64_t errors;
    /* Milliseconds. Some kernels let these become negative, as a number near 2^64. */
    uint64_t queue_ms, rtt_ms, execution_ms;
};

enum nfs_event {
    NFS_EVENT_DATA_INVALIDATE,
    NFS_EVENT_LOCK,
    NFS_EVENT_CONGESTION_WAIT,
    NFS_EVENT_SILLY_RENAME,
    NFS_EVENT_SHORT_READ,
    NFS_EVENT_SHORT_WRITE,
    NFS_EVENT_DELAY,
    NFS_EVENTS,
};
const char *nfs_event_name(enum nfs_event event); /* "data_invalidate" ... */

enum nfs_bytes {
    NFS_BYTES_READ,
    NFS_BYTES_WRITE,
    NFS_BYTES_DIRECT_READ,
    NFS_BYTES_DIRECT_WRITE,
    NFS_BYTES_SERVER_READ,
    NFS_BYTES_SERVER_WRITE,
    NFS_BYTES,
};
const char *nfs_bytes_name(enum nfs_bytes kind); /* "read" ... "server_write" */

/* The connections of one kind that a mount has (nconnect=), summed. */
struct nfs_transport {
    const char *name; /* as the kernel has it: "tcp", "udp", "rdma", "local" */
    unsigned count;
    uint64_t connects; /* 0 for udp, which has none */
    uint64_t sent, received, bad_xids;
    uint64_t backlog; /* requests without a slot, summed at each sending */
};

enum { NFS_MAX_TRANSPORTS = 4 };

struct nfs_stats {
    const char *mountpoint, *source, *type;
    const char *options;   /* the line "opts:", "" where there is none */
    size_t line;           /* of "device", from 1 */
    bool is_first_version; /* statvers=1.0 */
    bool has_age;
    uint64_t age; /* seconds */
    bool has_events, has_bytes;
    uint64_t events[NFS_EVENTS], bytes[NFS_BYTES];
    bool has_operations, has_errors; /* errors are told since Linux 5.3 */
    struct nfs_operations operations[NFS_CLASSES];
    struct nfs_transport transports[NFS_MAX_TRANSPORTS];
    size_t transport_count;
};

struct nfs_mountstats_problem {
    size_t line, offset; /* from 1, of its first byte */
    const char *text;    /* what about it, with the line itself made printable and cut */
};

/* All lives in the arena that it was parsed into. */
struct nfs_mountstats {
    struct nfs_stats *at; /* in the order of the text; a mountpoint may come again */
    size_t count;
    size_t left_out; /* mounts beyond NFS_MOUNTSTATS_MAX */
    struct nfs_mountstats_problem problems[NFS_MAX_PROBLEMS];
    size_t problem_count; /* of all; only the first are kept */
};

/* Any bytes may come: a line that does not fit is a problem, and the rest goes on. */
void nfs_mountstats_parse(struct arena *arena, const char *text, size_t length,
                          struct nfs_mountstats *mountstats);

/* The last with this mountpoint, which is the one that is seen; NULL where there is none. */
const struct nfs_stats *nfs_mountstats_find(const struct nfs_mountstats *mountstats,
                                            const char *mountpoint);

#endif
