/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NFSLOCK_METRICS_H
#define PROBES_NFSLOCK_METRICS_H

#include "core/metric.h"

/* All that the nfslock probe measures; nfslock_metrics lists them, NULL at the end. */
extern const struct metric *const nfslock_metrics[];

/*
 * Asked by RPC. program is nlm, nsm or portmap; transport udp, tcp, udp6 or tcp6; address the local
 * one that the server sees, or for nfs_server_* the server's; result one word of enum names like
 * ok, unregistered, refused, timeout, mismatch, garbage, unreachable; verdict one of both,
 * tcp_only, udp_only, none, unknown. A mount that needs no NLM has none of these.
 */
extern const struct metric nfs_callback_up, nfs_callback_seconds, nfs_callback_result,
    nfs_lock_registered, nfs_lock_port, nfs_lock_verdict;
extern const struct metric nfs_target_up, nfs_target_seconds, nfs_target_result, nfs_target_verdict;
extern const struct metric nfs_server_up, nfs_server_seconds, nfs_server_result;
extern const struct metric nfs_handoff_up, nfs_handoff_seconds, nfs_handoff_deadline;

/* The mounts, from the mount table. */
extern const struct metric nfs_mount_info, nfs_mount_lock_needed, nfs_mount_timeout,
    nfs_mount_attribute_cache;

/* From mountstats. operation is read, write, metadata or lock. */
extern const struct metric nfs_mount_age, nfs_mount_bytes, nfs_mount_events;
extern const struct metric nfs_operations, nfs_operation_transmissions, nfs_operation_timeouts,
    nfs_operation_errors, nfs_operation_queue, nfs_operation_rtt, nfs_operation_execution;
extern const struct metric nfs_transport_sent, nfs_transport_received, nfs_transport_bad_xids,
    nfs_transport_connects, nfs_transport_backlog;
extern const struct metric nfs_unanswered_seconds;

/* Of this host's own side of locking. */
extern const struct metric nfs_lockd_grace, nfs_lock_port_pinned, nfs_packet_filter,
    nfs_lock_waiters, nfs_lock_oldest_waiter, nfs_lock_oldest_waiter_info;

/* The way to each server. */
extern const struct metric nfs_path_info, nfs_path_connected, nfs_path_requests, nfs_link_up,
    nfs_link_carrier_changes, nfs_link_errors;

#endif
