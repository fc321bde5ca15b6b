/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NFS_CALLBACK_SURVEY_H
#define PROBES_NFS_CALLBACK_SURVEY_H

#include "probes/nfs_callback_ask.h"
#include "probes/nfs_mounts.h"

/*
 * Who is to be asked because of the mounts that a host has: this host on the addresses that its
 * servers see, and the servers' own lock managers. Each address once, however many mounts share it.
 *
 * A call from a host to one of its own addresses goes over the loopback: that it is answered shows
 * that lockd is there and registered with rpcbind, not that a server's calls get through.
 */
struct nfslock_mount {
    const struct nfs_mount *mount;
    size_t self, server; /* indexes of addresses; NFSLOCK_NOWHERE: not known */
};
#define NFSLOCK_NOWHERE ((size_t)-1)

struct nfslock_survey {
    struct nfslock_address *addresses; /* NFSLOCK_MAX_ADDRESSES at most */
    bool *is_server;                   /* beside addresses */
    size_t count;
    struct nfslock_mount *mounts; /* those that need NLM */
    size_t mount_count;
    size_t left_out; /* addresses beyond the bound */
};

/* Finds them, in the arena; mounts have to last as long. port is that of rpcbind. */
void nfslock_survey(struct arena *arena, const struct nfs_mounts *mounts, uint16_t port,
                    struct nfslock_survey *survey);

/* What a mount's callbacks come to; NFSLOCK_UNKNOWN where its server's address is not known. */
enum nfslock_verdict nfslock_mount_verdict(const struct nfslock_survey *survey,
                                           const struct nfslock_mount *mount);

#endif
