/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NFS_CALLBACK_ASK_H
#define PROBES_NFS_CALLBACK_ASK_H

#include "core/arena.h"
#include "probes/nfs_callback.h"

/* More addresses than these are not asked at once: each has NFSLOCK_PATHS sockets at most. */
enum { NFSLOCK_MAX_ADDRESSES = 256, NFSLOCK_TIMEOUT_MS = 3000, NFSLOCK_TOTAL_MS = 10000 };

/*
 * Reads a numeric address, "192.0.2.7" or "fe80::1%eth0"; false where it is none. port is
 * rpcbind's.
 */
bool nfslock_read_address(const char *text, uint16_t port, struct sockaddr_storage *address);

/* The same as text, in the arena. */
const char *nfslock_print_address(const struct sockaddr_storage *address, struct arena *arena);

/*
 * The address of this host that goes out to another one: what the other one sees, as long as
 * nothing between them translates. Nothing is sent. false where there is no way.
 */
bool nfslock_local_address(const struct sockaddr_storage *to, struct sockaddr_storage *local);

/* Asks all paths of all addresses, at the same time. Ends within total_ms. */
void nfslock_ask(struct nfslock_address *addresses, size_t count, int64_t timeout_ms,
                 int64_t total_ms);

#endif
