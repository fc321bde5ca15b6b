/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NFS_ADDRESS_H
#define PROBES_NFS_ADDRESS_H

#include "probes/nfs_connection.h"
#include "probes/nfs_mounts.h"

/*
 * Under which address of this host each server knows it: what the server calls back. The kernel's
 * own connections say it where there are any; else the route to the server does (libnl, live only).
 */
enum { NFS_ADDRESSES_MAX = 1024 };

struct nfs_address {
    const char *server; /* numeric, as in struct nfs_mount.address */
    int family;         /* AF_INET or AF_INET6 */
    const char *local;  /* numeric; "" where neither connection nor route tells */
    const char *link;   /* that leads to the server, "eth0"; "" where that is not known */
    bool is_connected;  /* local is from a connection that stands */
};

struct nfs_addresses {
    struct nfs_address *at; /* a server with several local addresses has several, in a row */
    size_t count;
};

/*
 * The addresses of all servers of the mounts, each once. A server whose address is no number is a
 * finding.
 */
void nfs_addresses_find(struct probe_run *run, struct arena *arena, const struct nfs_mounts *mounts,
                        const struct nfs_connections *connections, struct nfs_addresses *addresses);

/* Whether the server called so, by its address, is this one. */
static inline bool nfs_address_serves(const struct nfs_address *address,
                                      const struct nfs_mount *mount)
{
    return nfs_same_address(address->server, mount->address);
}

#endif
