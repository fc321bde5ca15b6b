/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "probes/nfs_link.h"
#include "probes/nfslock.h"
#include "probes/nfslock_metrics.h"

/* The sums over the connections between one pair of addresses. */
struct sums {
    bool is_connected, has_info;
    double pending, sending, backlog, binding;
};

static void add(struct sums *sums, const struct nfs_connection *c)
{
    sums->is_connected |= c->is_connected;
    sums->has_info |= c->has_info;
    sums->pending += (double)c->pending;
    sums->sending += (double)c->sending;
    sums->backlog += (double)c->backlog;
    sums->binding += (double)c->binding;
}

static bool is_between(const struct nfs_connection *c, const struct nfs_address *address,
                       const char *transport)
{
    return strcmp(c->transport, transport) == 0 && nfs_same_address(c->server, address->server) &&
           (!c->local[0] || nfs_same_address(c->local, address->local));
}

static void report_path(struct batch *batch, const struct nfs_connections *connections,
                        const struct nfs_address *a, const char *transport)
{
    struct sums sums = {0};
    bool any = false;
    for (size_t i = 0; i < connections->count; i++)
        if (is_between(&connections->at[i], a, transport)) {
            add(&sums, &connections->at[i]);
            any = true;
        }
    if (any)
        BATCH_SAMPLE(batch, &nfs_path_connected, sums.is_connected, a->server, a->local, transport);
    if (!sums.has_info)
        return;
    BATCH_SAMPLE(batch, &nfs_path_requests, sums.pending, a->server, a->local, transport,
                 "pending");
    BATCH_SAMPLE(batch, &nfs_path_requests, sums.sending, a->server, a->local, transport,
                 "sending");
    BATCH_SAMPLE(batch, &nfs_path_requests, sums.backlog, a->server, a->local, transport,
                 "backlog");
    BATCH_SAMPLE(batch, &nfs_path_requests, sums.binding, a->server, a->local, transport,
                 "binding");
}

static void report_link(struct batch *batch, const struct nfs_link *link)
{
    BATCH_SAMPLE(batch, &nfs_link_up, link->is_up, link->name);
    if (link->has_carrier_changes)
        BATCH_SAMPLE(batch, &nfs_link_carrier_changes, (double)link->carrier_changes, link->name);
    for (int i = 0; i < NFS_LINK_COUNTERS; i++)
        if (link->has[i])
            BATCH_SAMPLE(batch, &nfs_link_errors, (double)link->counters[i], link->name,
                         nfs_link_counter_name((enum nfs_link_counter)i));
}

void nfslock_poll_paths(struct probe_run *run, const struct nfs_connections *connections,
                        const struct nfs_addresses *addresses)
{
    static const char *const transports[] = {"tcp", "udp", "rdma"};
    SCRATCH_ARENA(arena);
    struct nfs_links links = {0};
    for (size_t i = 0; i < addresses->count; i++) {
        const struct nfs_address *address = &addresses->at[i];
        BATCH_SAMPLE(&run->batch, &nfs_path_info, 1, address->server, address->local,
                     address->link);
        for (size_t k = 0; k < sizeof transports / sizeof *transports; k++)
            report_path(&run->batch, connections, address, transports[k]);
        if (address->link[0])
            nfs_links_add(run->root, arena, address->link, &links);
    }
    for (size_t i = 0; i < links.count; i++)
        report_link(&run->batch, &links.at[i]);
}
