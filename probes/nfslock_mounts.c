/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "probes/nfslock.h"
#include "probes/nfslock_metrics.h"

static void report_mount(struct batch *batch, const struct nfs_mount *m)
{
    const struct {
        const char *option;
        int seconds;
    } caches[] = {
        {"acregmin", m->acregmin},
        {"acregmax", m->acregmax},
        {"acdirmin", m->acdirmin},
        {"acdirmax", m->acdirmax},
    };
    BATCH_SAMPLE(batch, &nfs_mount_info, 1, m->mountpoint, m->server, m->export_path, m->version,
                 m->proto, m->address, m->local_lock);
    BATCH_SAMPLE(batch, &nfs_mount_lock_needed, m->needs_nlm, m->mountpoint, m->server,
                 m->no_nlm_why);
    if (m->timeo_ds)
        BATCH_SAMPLE(batch, &nfs_mount_timeout, m->timeo_ds / 10.0, m->mountpoint, m->server);
    for (size_t i = 0; i < sizeof caches / sizeof *caches; i++)
        if (caches[i].seconds >= 0)
            BATCH_SAMPLE(batch, &nfs_mount_attribute_cache, caches[i].seconds, m->mountpoint,
                         m->server, caches[i].option);
}

void nfslock_report_mounts(struct batch *batch, const struct nfs_mounts *mounts)
{
    for (size_t i = 0; i < mounts->count; i++)
        report_mount(batch, &mounts->at[i]);
}

/* A sum of milliseconds that a kernel has let become negative is not told. */
static void report_time(struct batch *batch, const struct metric *metric,
                        const struct nfs_mount *mount, const char *class, uint64_t ms)
{
    if (ms <= INT64_MAX)
        BATCH_SAMPLE(batch, metric, (double)ms / 1000, mount->mountpoint, mount->server, class);
}

static void report_class(struct batch *batch, const struct nfs_mount *mount,
                         const struct nfs_stats *stats, enum nfs_class class)
{
    const struct nfs_operations *sum = &stats->operations[class];
    const char *name = nfs_class_name(class), *place = mount->mountpoint, *server = mount->server;
    BATCH_SAMPLE(batch, &nfs_operations, (double)sum->calls, place, server, name);
    BATCH_SAMPLE(batch, &nfs_operation_transmissions, (double)sum->transmissions, place, server,
                 name);
    BATCH_SAMPLE(batch, &nfs_operation_timeouts, (double)sum->timeouts, place, server, name);
    if (stats->has_errors)
        BATCH_SAMPLE(batch, &nfs_operation_errors, (double)sum->errors, place, server, name);
    report_time(batch, &nfs_operation_queue, mount, name, sum->queue_ms);
    report_time(batch, &nfs_operation_rtt, mount, name, sum->rtt_ms);
    report_time(batch, &nfs_operation_execution, mount, name, sum->execution_ms);
}

static void report_transport(struct batch *batch, const struct nfs_mount *mount,
                             const struct nfs_transport *transport)
{
    const char *place = mount->mountpoint, *server = mount->server, *name = transport->name;
    BATCH_SAMPLE(batch, &nfs_transport_sent, (double)transport->sent, place, server, name);
    BATCH_SAMPLE(batch, &nfs_transport_received, (double)transport->received, place, server, name);
    BATCH_SAMPLE(batch, &nfs_transport_bad_xids, (double)transport->bad_xids, place, server, name);
    BATCH_SAMPLE(batch, &nfs_transport_backlog, (double)transport->backlog, place, server, name);
    if (strcmp(name, "udp") != 0)
        BATCH_SAMPLE(batch, &nfs_transport_connects, (double)transport->connects, place, server,
                     name);
}

/* Only NFSv4's locks are calls of NFS. */
static bool has_class(const struct nfs_mount *mount, enum nfs_class class)
{
    return class != NFS_LOCK || mount->major_version >= 4;
}

void nfslock_report_stats(struct batch *batch, const struct nfs_mount *mount,
                          const struct nfs_stats *stats)
{
    const char *place = mount->mountpoint, *server = mount->server;
    if (stats->has_age)
        BATCH_SAMPLE(batch, &nfs_mount_age, (double)stats->age, place, server);
    for (int i = 0; stats->has_events && i < NFS_EVENTS; i++)
        BATCH_SAMPLE(batch, &nfs_mount_events, (double)stats->events[i], place, server,
                     nfs_event_name((enum nfs_event)i));
    for (int i = 0; stats->has_bytes && i < NFS_BYTES; i++)
        BATCH_SAMPLE(batch, &nfs_mount_bytes, (double)stats->bytes[i], place, server,
                     nfs_bytes_name((enum nfs_bytes)i));
    for (int i = 0; stats->has_operations && i < NFS_CLASSES; i++)
        if (has_class(mount, (enum nfs_class)i))
            report_class(batch, mount, stats, (enum nfs_class)i);
    for (size_t i = 0; i < stats->transport_count; i++)
        report_transport(batch, mount, &stats->transports[i]);
}
