/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/nfslock_metrics.h"

#include <stddef.h>

#define METRIC(symbol, of_type, suffix, of_unit, of_source, of_help, ...)                          \
    const struct metric symbol = {                                                                 \
        .name = "forewarn_nfs_" suffix,                                                            \
        .type = of_type,                                                                           \
        .unit = of_unit,                                                                           \
        .help = of_help,                                                                           \
        .source = of_source,                                                                       \
        .labels = {__VA_ARGS__},                                                                   \
    }
#define GAUGE(symbol, suffix, ...)   METRIC(symbol, METRIC_GAUGE, suffix, __VA_ARGS__)
#define COUNTER(symbol, suffix, ...) METRIC(symbol, METRIC_COUNTER, suffix, __VA_ARGS__)

#define MOUNT     "mount", "server"
#define PATH      MOUNT, "address", "program", "transport"
#define OPERATION MOUNT, "operation"
#define TARGET    "target", "address"
#define TRANSPORT MOUNT, "transport"

#define CALLS "NULL calls over our own sockets"

GAUGE(nfs_callback_up, "lock_callback_up", "", CALLS,
      "1 when a call of the kind that the server makes for a lock is answered on the address that "
      "the server sees. Asked from this host itself it goes over lo: 0 is trouble, 1 means "
      "registered and alive, not that a firewall lets the server's calls in.",
      PATH);
GAUGE(nfs_callback_seconds, "lock_callback_seconds", "seconds", CALLS,
      "How long the answer took; not given where none came.", PATH);
GAUGE(nfs_callback_result, "lock_callback_result", "", CALLS,
      "1 for how the call ended: ok unregistered refused timeout mismatch garbage unreachable.",
      MOUNT, "address", "program", "version", "transport", "result");
GAUGE(nfs_lock_registered, "lock_registered", "", "rpcbind on the address that the server sees",
      "1 when rpcbind knows this version of the program under this transport.", "address",
      "program", "version", "transport");
GAUGE(nfs_lock_port, "lock_port", "", "rpcbind on the address that the server sees",
      "The port that a server is told to call.", "address", "program", "transport");
GAUGE(nfs_lock_verdict, "lock_verdict", "", "forewarn_nfs_lock_callback_up of nlm",
      "1 for over what the server can call back: both, tcp_only, udp_only, none, or unknown.",
      MOUNT, "verdict");
GAUGE(nfs_target_up, "lock_target_up", "", CALLS,
      "1 when a configured target answers, from here, a call of the kind that an NFS server makes "
      "for a lock.",
      TARGET, "program", "transport");
GAUGE(nfs_target_seconds, "lock_target_seconds", "seconds", CALLS,
      "How long the target's answer took; not given where none came.", TARGET, "program",
      "transport");
GAUGE(nfs_target_result, "lock_target_result", "", CALLS,
      "1 for how the call to the target ended, as in forewarn_nfs_lock_callback_result.", TARGET,
      "program", "version", "transport", "result");
GAUGE(nfs_target_verdict, "lock_target_verdict", "", "forewarn_nfs_lock_target_up of nlm",
      "1 for over what the target can be called back from here: both, tcp_only, udp_only, none, "
      "or unknown.",
      TARGET, "verdict");
GAUGE(nfs_server_up, "lock_server_up", "", CALLS,
      "1 when the server's own lock manager, status monitor or rpcbind answers this host.", PATH);
GAUGE(nfs_server_seconds, "lock_server_seconds", "seconds", CALLS,
      "How long the server's answer took; not given where none came.", PATH);
GAUGE(nfs_server_result, "lock_server_result", "", CALLS,
      "1 for how the call to the server ended, as in forewarn_nfs_lock_callback_result.", MOUNT,
      "address", "program", "version", "transport", "result");
GAUGE(nfs_handoff_up, "lock_handoff_up", "", "a lock taken at the server, waited for on the mount",
      "1 when a waiter on the mount got its lock before the deadline.", MOUNT);
GAUGE(nfs_handoff_seconds, "lock_handoff_seconds", "seconds",
      "a lock taken at the server, waited for on the mount",
      "From the release of a lock to its grant to the waiter. Milliseconds where the callback "
      "arrives, about 30 s where it does not and the waiter's own polling gets it.",
      MOUNT);
GAUGE(nfs_handoff_deadline, "lock_handoff_deadline_seconds", "seconds", "configuration",
      "How long the hand-off may take before it is given up.", MOUNT);

GAUGE(nfs_mount_info, "mount_info", "", "/proc/1/mountinfo",
      "An NFS mount; address is the server's, proto the mount's transport.", MOUNT, "export",
      "version", "proto", "address", "local_lock");
GAUGE(
    nfs_mount_lock_needed, "mount_lock_needed", "", "/proc/1/mountinfo",
    "1 when locks on the mount go over NLM, so that the server has to call this host back. 0 with "
    "why: NFSv4, nolock, local_lock=all.",
    MOUNT, "why");
GAUGE(nfs_mount_timeout, "mount_timeout_seconds", "seconds", "timeo= in /proc/1/mountinfo",
      "After how long a call is sent again.", MOUNT);
GAUGE(nfs_mount_attribute_cache, "mount_attribute_cache_seconds", "seconds",
      "acregmin= and so on in /proc/1/mountinfo",
      "How long attributes of files and directories are kept (option acregmin, acregmax, acdirmin "
      "or acdirmax).",
      MOUNT, "option");

#define MOUNTSTATS "/proc/1/mountstats"

GAUGE(nfs_mount_age, "mount_age_seconds", "seconds", MOUNTSTATS ": age",
      "Since when these counters count.", MOUNT);
COUNTER(nfs_mount_bytes, "mount_bytes_total", "bytes", MOUNTSTATS ": bytes",
        "Bytes by kind: read and write by applications, direct_read and direct_write past the "
        "cache, server_read and server_write over the network.",
        MOUNT, "kind");
COUNTER(nfs_mount_events, "mount_events_total", "", MOUNTSTATS ": events",
        "Events: lock (calls of lockf and flock), delay (the server said 'later'), short_read, "
        "short_write, silly_rename, congestion_wait, data_invalidate.",
        MOUNT, "event");
COUNTER(nfs_operations, "operations_total", "", MOUNTSTATS ": per-op statistics",
        "Calls that have ended, by class. NFSv3 locks are another protocol (NLM) and not counted.",
        OPERATION);
COUNTER(nfs_operation_transmissions, "operation_transmissions_total", "",
        MOUNTSTATS ": per-op statistics",
        "How often these calls were sent; more than calls: again.", OPERATION);
COUNTER(nfs_operation_timeouts, "operation_timeouts_total", "", MOUNTSTATS ": per-op statistics",
        "Calls that timed out for good (after all retransmissions).", OPERATION);
COUNTER(nfs_operation_errors, "operation_errors_total", "", MOUNTSTATS ": per-op statistics",
        "Calls that ended in an error; 'no such file' is one. Only kernels since 5.3 tell.",
        OPERATION);
COUNTER(nfs_operation_queue, "operation_queue_seconds_total", "seconds",
        MOUNTSTATS ": per-op statistics", "Time that calls waited here before they were sent.",
        OPERATION);
COUNTER(nfs_operation_rtt, "operation_rtt_seconds_total", "seconds",
        MOUNTSTATS ": per-op statistics", "Time from sending calls to their answers.", OPERATION);
COUNTER(nfs_operation_execution, "operation_execution_seconds_total", "seconds",
        MOUNTSTATS ": per-op statistics", "Time from making calls to their end.", OPERATION);
COUNTER(nfs_transport_sent, "transport_sent_total", "", MOUNTSTATS ": xprt",
        "Requests sent on the mount's connections; mounts of one server may share them.",
        TRANSPORT);
COUNTER(nfs_transport_received, "transport_received_total", "", MOUNTSTATS ": xprt",
        "Replies received.", TRANSPORT);
COUNTER(nfs_transport_bad_xids, "transport_bad_xids_total", "", MOUNTSTATS ": xprt",
        "Replies to no request that is waited for: late ones, to requests sent again.", TRANSPORT);
COUNTER(nfs_transport_connects, "transport_connects_total", "", MOUNTSTATS ": xprt",
        "How often the connections were made.", TRANSPORT);
COUNTER(nfs_transport_backlog, "transport_backlog_total", "", MOUNTSTATS ": xprt",
        "Requests that waited for a free slot, summed at each sending.", TRANSPORT);
GAUGE(
    nfs_unanswered_seconds, "unanswered_seconds", "seconds",
    MOUNTSTATS ": xprt, from one look to the next",
    "For how long, at least, requests have been sent and none answered; 0 while answers come. The "
    "mount itself is never touched to find out.",
    MOUNT);

GAUGE(nfs_lockd_grace, "lockd_grace", "", "/proc/fs/lockd/nlm_end_grace",
      "1 while this host's lockd is in its grace period and grants only locks held before.", NULL);
GAUGE(nfs_lock_port_pinned, "lock_port_pinned", "", "/proc/sys/fs/nfs/nlm_tcpport, nlm_udpport",
      "1 when lockd listens on a configured port, 0 when on one that changes at each start.",
      "transport");
GAUGE(nfs_packet_filter, "packet_filter", "", "/proc/modules, /proc/net/ip_tables_names",
      "1 when rules of a packet filter are loaded on this host.", NULL);
GAUGE(
    nfs_lock_waiters, "lock_waiters", "", "/proc/locks",
    "Waiters for file locks that this host's kernel manages (local files, and files exported), by "
    "kind: posix, flock, ofd, lease.",
    "kind");
GAUGE(nfs_lock_oldest_waiter, "lock_oldest_waiter_seconds", "seconds",
      "/proc/locks, from one look to the next",
      "For how long, at least, the longest waiter has waited.", "kind");

GAUGE(
    nfs_lock_oldest_waiter_info, "lock_oldest_waiter_info", "", "/proc/locks",
    "The longest waiter of a kind: its pid, the pid that holds what it waits for, and the file as "
    "device and inode.",
    "kind", "pid", "holder", "file");

GAUGE(nfs_path_info, "path_info", "",
      "/sys/kernel/sunrpc/xprt-switches, or the routes to the server",
      "The address of this host that a server sees (local), by the server's address, and the link "
      "that leads there.",
      "address", "local", "link");
GAUGE(nfs_path_connected, "path_connected", "", "/sys/kernel/sunrpc: xprt_state",
      "1 when a connection to the server stands; idle ones are closed after five minutes.",
      "address", "local", "transport");
GAUGE(nfs_path_requests, "path_requests", "", "/sys/kernel/sunrpc: xprt_info",
      "Requests to the server by where they wait: pending (for the reply), sending, backlog, "
      "binding.",
      "address", "local", "transport", "queue");
GAUGE(nfs_link_up, "link_up", "", "rtnetlink, or /sys/class/net/LINK/operstate, carrier",
      "1 when the link that leads to an NFS server is up and has a carrier.", "link");
COUNTER(nfs_link_carrier_changes, "link_carrier_changes_total", "",
        "rtnetlink, or /sys/class/net/LINK/carrier_changes", "How often the carrier came or went.",
        "link");
COUNTER(
    nfs_link_errors, "link_errors_total", "", "rtnetlink, or /sys/class/net/LINK/statistics",
    "Packets that were faulty or dropped, by kind: rx_errors, tx_errors, rx_dropped, tx_dropped, "
    "rx_crc_errors.",
    "link", "kind");

const struct metric *const nfslock_metrics[] = {
    &nfs_callback_up,
    &nfs_callback_seconds,
    &nfs_callback_result,
    &nfs_lock_registered,
    &nfs_lock_port,
    &nfs_lock_verdict,
    &nfs_target_up,
    &nfs_target_seconds,
    &nfs_target_result,
    &nfs_target_verdict,
    &nfs_server_up,
    &nfs_server_seconds,
    &nfs_server_result,
    &nfs_handoff_up,
    &nfs_handoff_seconds,
    &nfs_handoff_deadline,
    &nfs_mount_info,
    &nfs_mount_lock_needed,
    &nfs_mount_timeout,
    &nfs_mount_attribute_cache,
    &nfs_mount_age,
    &nfs_mount_bytes,
    &nfs_mount_events,
    &nfs_operations,
    &nfs_operation_transmissions,
    &nfs_operation_timeouts,
    &nfs_operation_errors,
    &nfs_operation_queue,
    &nfs_operation_rtt,
    &nfs_operation_execution,
    &nfs_transport_sent,
    &nfs_transport_received,
    &nfs_transport_bad_xids,
    &nfs_transport_connects,
    &nfs_transport_backlog,
    &nfs_unanswered_seconds,
    &nfs_lockd_grace,
    &nfs_lock_port_pinned,
    &nfs_packet_filter,
    &nfs_lock_waiters,
    &nfs_lock_oldest_waiter,
    &nfs_lock_oldest_waiter_info,
    &nfs_path_info,
    &nfs_path_connected,
    &nfs_path_requests,
    &nfs_link_up,
    &nfs_link_carrier_changes,
    &nfs_link_errors,
    NULL,
};
