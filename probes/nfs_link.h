/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NFS_LINK_H
#define PROBES_NFS_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/root.h"

/* A network link: by rtnetlink on a live host, from /sys/class/net below a root. */
enum nfs_link_counter {
    NFS_LINK_RX_ERRORS,
    NFS_LINK_TX_ERRORS,
    NFS_LINK_RX_DROPPED,
    NFS_LINK_TX_DROPPED,
    NFS_LINK_RX_CRC_ERRORS,
    NFS_LINK_COUNTERS,
};
const char *nfs_link_counter_name(enum nfs_link_counter counter); /* "rx_errors" ... */

enum { NFS_LINKS_MAX = 64 };

struct nfs_link {
    const char *name;
    bool is_up; /* switched on, and with a carrier as far as the kernel knows */
    bool has_carrier_changes;
    uint64_t carrier_changes;
    bool has[NFS_LINK_COUNTERS];
    uint64_t counters[NFS_LINK_COUNTERS];
};

struct nfs_links {
    struct nfs_link *at;
    size_t count;
};

/*
 * The link, and those that it is made of (a bond's members, a VLAN's parent), each once; adds to
 * links. One that is not there is not added.
 */
void nfs_links_add(const struct root *root, struct arena *arena, const char *name,
                   struct nfs_links *links);

/* One link. Negative where there is none, or rtnetlink cannot be asked. */
int nfs_link_read(const struct root *root, struct arena *arena, const char *name,
                  struct nfs_link *link);
int nfs_link_ask(const char *name, struct nfs_link *link);

#endif
