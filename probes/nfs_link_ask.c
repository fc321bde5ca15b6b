/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/if.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>

#include "probes/nfs_link.h"

static const rtnl_link_stat_id_t statistics[NFS_LINK_COUNTERS] = {
    [NFS_LINK_RX_ERRORS] = RTNL_LINK_RX_ERRORS,      [NFS_LINK_TX_ERRORS] = RTNL_LINK_TX_ERRORS,
    [NFS_LINK_RX_DROPPED] = RTNL_LINK_RX_DROPPED,    [NFS_LINK_TX_DROPPED] = RTNL_LINK_TX_DROPPED,
    [NFS_LINK_RX_CRC_ERRORS] = RTNL_LINK_RX_CRC_ERR,
};

static void take(struct rtnl_link *found, struct nfs_link *link)
{
    const unsigned flags = rtnl_link_get_flags(found);
    const unsigned char state = rtnl_link_get_operstate(found);
    uint32_t changes;
    *link = (struct nfs_link){0};
    link->is_up = (flags & IFF_UP) && (flags & IFF_LOWER_UP) &&
                  (state == IF_OPER_UP || state == IF_OPER_UNKNOWN);
    if (rtnl_link_get_carrier_changes(found, &changes) == 0) {
        link->has_carrier_changes = true;
        link->carrier_changes = changes;
    }
    for (int i = 0; i < NFS_LINK_COUNTERS; i++) {
        link->has[i] = true;
        link->counters[i] = rtnl_link_get_stat(found, statistics[i]);
    }
}

int nfs_link_ask(const char *name, struct nfs_link *link)
{
    struct rtnl_link *found = NULL;
    struct nl_sock *socket = nl_socket_alloc();
    if (!socket)
        return -ENOMEM;
    int code = nl_connect(socket, NETLINK_ROUTE);
    if (code == 0)
        code = rtnl_link_get_kernel(socket, 0, name, &found);
    if (code == 0)
        take(found, link);
    if (found)
        rtnl_link_put(found);
    nl_socket_free(socket);
    return code == 0 ? 0 : -ENODEV;
}
