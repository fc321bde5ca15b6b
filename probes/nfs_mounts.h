/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NFS_MOUNTS_H
#define PROBES_NFS_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "probes/mount_line.h"
#include "probes/probe.h"

/*
 * The NFS mounts of a host, from the text of a mount table and nothing else: no server and no mount
 * is touched, so a server that hangs holds nobody up. What the options are and how the kernel
 * prints them: nfs(5), nfs_show_mount_options() in Linux' fs/nfs/super.c.
 */
enum { NFS_MOUNTS_MAX_BYTES = 4 * 1024 * 1024, NFS_MOUNTS_MAX = 512 };

struct nfs_mount {
    const char *mountpoint;  /* "/var/vmail" */
    const char *source;      /* "filer:/vol/mail", "[fd00::1]:/export" */
    const char *server;      /* "filer", "fd00::1": as it was named when it was mounted */
    const char *export_path; /* "/vol/mail" */
    const char *type;        /* "nfs" or "nfs4" */
    const char *version;     /* "3", "4.2" */
    int major_version;       /* 2, 3, 4 */
    const char *proto;       /* the mount's transport: tcp tcp6 udp udp6 rdma; "" where not said */
    const char *mountproto;  /* of the MOUNT protocol, v2 and v3 only; "" where not said */
    const char *address;     /* of the server, numeric ("10.0.0.1", "fd00::1"); "" where not said */
    const char *mountaddr;   /* where its mountd was asked; "" where not said */
    const char *clientaddr;  /* v4: where the server calls back for delegations; "" */
    const char *local_lock;  /* none flock posix all: which locks never leave this host */
    bool nolock;             /* it was mounted with nolock */
    bool soft;               /* calls fail after a time (soft, softerr) instead of waiting on */
    bool read_only;
    unsigned port, mountport; /* 0: the usual one, or whatever rpcbind says */
    unsigned timeo_ds;        /* first timeout of a call, tenths of a second; 0: not said */
    unsigned retrans;  /* how often a call is sent again before 'not responding'; 0: not said */
    unsigned nconnect; /* connections to the server; 1 where not said */
    int acregmin, acregmax, acdirmin, acdirmax; /* attribute cache in seconds; -1: not said */
    unsigned dev_major, dev_minor;              /* of the super block; 0:0 where not said */

    /*
     * Whether locks on it go over NLM, so that the server's lock manager has to call this host
     * back. Where it does not, why: "NFSv4", "nolock", "local_lock=all"; "" where it does. lockd
     * itself talks UDP to the server when the mount does, else TCP (nlm_transport); what the server
     * calls back over is the server's own choice.
     */
    bool needs_nlm;
    const char *no_nlm_why;
    const char *nlm_transport; /* "tcp" or "udp"; "" where it needs no NLM */
};

struct nfs_mounts {
    struct nfs_mount *at; /* in the order of the text */
    size_t count;
    size_t malformed; /* lines that are no mounts */
    size_t left_out;  /* mounts beyond NFS_MOUNTS_MAX */
};

/*
 * Each NFS filesystem once, under the mountpoint that comes first: bind mounts of it have the same
 * locks and the same server.
 */
void nfs_mounts_parse(struct arena *arena, enum mount_table table, const char *text, size_t length,
                      struct nfs_mounts *mounts);

/*
 * Fills one mount from what the kernel says of it; a place other than a mount table is mountstats'
 * "device" and "opts:" lines. false where it is no NFS mount. Strings become the arena's.
 */
bool nfs_mount_fill(struct arena *arena, const struct mount_line *line, struct nfs_mount *mount);

/*
 * The mounts below run->root: init's table, the worker's own, or a recorded /proc/mounts. What
 * cannot be read or understood is a finding. false where there is no table at all.
 */
bool nfs_mounts_read(struct probe_run *run, struct arena *arena, struct nfs_mounts *mounts);

#endif
