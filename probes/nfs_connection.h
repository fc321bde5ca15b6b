/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NFS_CONNECTION_H
#define PROBES_NFS_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/root.h"

/*
 * The kernel's own connections to servers: /sys/kernel/sunrpc/xprt-switches/switch-N/xprt-N-TYPE
 * with srcaddr, dstaddr, xprt_state and xprt_info (Linux 5.14 and later, net/sunrpc/sysfs.c). NFS
 * and lockd both have theirs there; reading sends nothing.
 */
enum { NFS_CONNECTIONS_MAX = 4096 };

struct nfs_connection {
    const char *name;      /* "switch-4/xprt-4-tcp" */
    const char *transport; /* "tcp", "udp", "rdma", "local" */
    const char *server;    /* numeric address; the path of a socket for "local" */
    const char *local;     /* numeric address, "" while there is no connection */
    bool is_connected;
    bool has_info;        /* the following are known */
    uint64_t server_port; /* 0: not told (before Linux 6.0) */
    uint64_t pending;     /* tasks that wait for a reply, or for the connection to be made */
    uint64_t sending;     /* to be sent */
    uint64_t backlog;     /* for a free slot */
    uint64_t binding;     /* for the server's rpcbind to tell a port */
};

struct nfs_connections {
    struct nfs_connection *at; /* in the order of their names */
    size_t count;
};

/* None where the kernel does not tell; ones that go away meanwhile are left out. */
void nfs_connections_read(const struct root *root, struct arena *arena,
                          struct nfs_connections *connections);

/* The texts of xprt_state ("state= CONNECTED BOUND") and xprt_info ("pending_q_len=0" a line). */
bool nfs_connection_state(const char *text);
void nfs_connection_info(const char *text, struct nfs_connection *connection);

/* Whether two numeric addresses are one; ::ffff:10.0.0.1 is 10.0.0.1, a zone (%eth0) is ignored. */
bool nfs_same_address(const char *a, const char *b);

#endif
