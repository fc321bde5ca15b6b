/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NFS_ROUTE_H
#define PROBES_NFS_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/error.h"

/*
 * Which link, and which of this host's addresses, the kernel would take to reach an address. Asking
 * sends no packet. Live by rtnetlink; from a recorded host by the text of its routing tables, which
 * tell the link only.
 */
struct nfs_route {
    const char *link;  /* "eth0", "lo" for an address of this host */
    const char *local; /* numeric; "" where not told */
};

/* -ENETUNREACH and the like where there is no route; -EINVAL for what is no numeric address. */
int nfs_route_ask(struct arena *arena, const char *address, struct nfs_route *route,
                  struct error *e);

/*
 * The link by the longest prefix, then the smallest metric, in the text of /proc/net/route or, for
 * an IPv6 address, of /proc/net/ipv6_route; "" where none fits. Lines that are no routes are
 * skipped.
 */
const char *nfs_route_link4(struct arena *arena, const char *text, size_t length,
                            const char *address);
const char *nfs_route_link6(struct arena *arena, const char *text, size_t length,
                            const char *address);

#endif
