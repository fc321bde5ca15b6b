/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probes/md_span.h"
#include "probes/nfslock.h"
#include "probes/nfslock_metrics.h"

static const char locks_path[] = "/proc/locks";

static void report_waiters(struct batch *batch, const struct nfs_locks *locks, int64_t now_ns)
{
    for (int kind = 0; kind < NFS_LOCK_KINDS; kind++) {
        const char *name = nfs_lock_kind_name((enum nfs_lock_kind)kind);
        const struct nfs_waiter *oldest = NULL;
        size_t count = 0;
        for (size_t i = 0; i < locks->count; i++) {
            const struct nfs_waiter *waiter = &locks->waiters[i];
            if (waiter->kind != (enum nfs_lock_kind)kind)
                continue;
            count++;
            if (!oldest || waiter->since_ns < oldest->since_ns)
                oldest = waiter;
        }
        BATCH_SAMPLE(batch, &nfs_lock_waiters, (double)count, name);
        BATCH_SAMPLE(batch, &nfs_lock_oldest_waiter,
                     oldest ? (double)(now_ns - oldest->since_ns) / 1e9 : 0, name);
        if (oldest)
            BATCH_SAMPLE(batch, &nfs_lock_oldest_waiter_info, 1, name, oldest->pid, oldest->holder,
                         oldest->file);
    }
}

static void poll_locks(struct probe_run *run, const struct nfslock_memory *before,
                       struct nfslock_memory *now)
{
    SCRATCH_ARENA(scratch);
    struct error e;
    char *text;
    size_t length;
    int code = root_read(run->root, locks_path, NFS_LOCKS_MAX_BYTES, scratch, &text, &length, &e);
    if (code < 0) {
        if (code != -ENOENT)
            probe_finding(run, "unreadable", false, "", locks_path, "%s", e.text);
        return;
    }
    int64_t now_ns = clock_monotonic_ns(run->clock);
    nfs_locks_parse(now->arena, text, length, &now->locks);
    nfs_locks_remember(&before->locks, &now->locks, now_ns);
    if (now->locks.malformed)
        probe_finding(run, "malformed", false, "", locks_path,
                      "%zu lines are no locks and are left out", now->locks.malformed);
    if (now->locks.left_out)
        probe_finding(run, "unsupported", false, "", locks_path,
                      "more than %d wait: %zu are not looked at", NFS_WAITERS_MAX,
                      now->locks.left_out);
    report_waiters(&run->batch, &now->locks, now_ns);
}

/*
 * The file says whether the grace period has ended: Y or N, a newline and a NUL. It is there while
 * lockd is loaded.
 */
static void poll_grace(struct probe_run *run, struct arena *arena)
{
    char *text;
    if (root_read(run->root, "/proc/fs/lockd/nlm_end_grace", 16, arena, &text, NULL, NULL) == 0 &&
        (*text == 'Y' || *text == 'N'))
        batch_sample(&run->batch, &nfs_lockd_grace, *text == 'N', NULL, 0);
}

static void poll_port(struct probe_run *run, struct arena *arena, const char *transport)
{
    const char *const places[] = {
        arena_printf(arena, "/proc/sys/fs/nfs/nlm_%sport", transport),
        arena_printf(arena, "/sys/module/lockd/parameters/nlm_%sport", transport),
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char *text;
        int64_t port;
        if (root_read_line(run->root, places[i], arena, &text, NULL) < 0 ||
            !span_number(span_trim(span_of(text)), &port))
            continue;
        BATCH_SAMPLE(&run->batch, &nfs_lock_port_pinned, port > 0, transport);
        return;
    }
}

enum { MAX_MODULES_BYTES = 1024 * 1024 };

/*
 * NAME SIZE USERS ...: nf_tables has users once a rule needed an expression of another module, and
 * nearly every rule set does. Rules themselves are told to root only, and by netfilter's netlink.
 */
static bool has_nf_tables(const char *text, size_t length)
{
    struct span rest = {text, length}, line;
    while (span_line(&rest, &line)) {
        int64_t users;
        if (!span_is(span_word(&line), "nf_tables"))
            continue;
        span_word(&line);
        return span_number(span_word(&line), &users) && users > 0;
    }
    return false;
}

static void poll_packet_filter(struct probe_run *run, struct arena *arena)
{
    static const char *const tables[] = {"/proc/net/ip_tables_names", "/proc/net/ip6_tables_names"};
    char *text;
    size_t length;
    bool is_loaded = false;
    if (root_read(run->root, "/proc/modules", MAX_MODULES_BYTES, arena, &text, &length, NULL) < 0)
        return;
    is_loaded = has_nf_tables(text, length);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        is_loaded |= root_read_line(run->root, tables[i], arena, &text, NULL) == 0 && *text;
    batch_sample(&run->batch, &nfs_packet_filter, is_loaded, NULL, 0);
}

void nfslock_poll_host(struct probe_run *run, bool has_mounts, const struct nfslock_memory *before,
                       struct nfslock_memory *now)
{
    SCRATCH_ARENA(arena);
    poll_locks(run, before, now);
    poll_grace(run, arena);
    if (!has_mounts)
        return;
    poll_port(run, arena, "tcp");
    poll_port(run, arena, "udp");
    poll_packet_filter(run, arena);
}
