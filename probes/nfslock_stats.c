/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probes/nfslock.h"
#include "probes/nfslock_metrics.h"

double nfslock_unanswered(const struct nfs_seen *before, const struct nfs_stats *stats,
                          int64_t waiting, int64_t now_ns, struct nfs_seen *now)
{
    *now = (struct nfs_seen){.mountpoint = stats->mountpoint};
    for (size_t i = 0; i < stats->transport_count; i++) {
        now->sent += stats->transports[i].sent;
        now->received += stats->transports[i].received;
    }
    now->sent_at_reply = now->sent;
    if (!before || now->received != before->received || now->sent < before->sent || waiting == 0)
        return 0;
    now->sent_at_reply = before->sent_at_reply;
    if (now->sent > now->sent_at_reply || waiting > 0)
        now->since_ns = before->since_ns ? before->since_ns : now_ns;
    return now->since_ns ? (double)(now_ns - now->since_ns) / 1e9 : 0;
}

/* Reading init's can be refused; the worker's own shows the same unless its service hides some. */
static bool read_file(struct probe_run *run, struct arena *arena, struct nfs_mountstats *out,
                      const char **path)
{
    static const char *const places[] = {"/proc/1/mountstats", "/proc/self/mountstats"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct error e;
        char *text;
        size_t length;
        int code =
            root_read(run->root, places[i], NFS_MOUNTSTATS_MAX_BYTES, arena, &text, &length, &e);
        if (code < 0 && code != -ENOENT && code != -EACCES && code != -ENOTDIR)
            probe_finding(run, "unreadable", true, "", places[i], "%s", e.text);
        if (code < 0)
            continue;
        *path = places[i];
        nfs_mountstats_parse(arena, text, length, out);
        return true;
    }
    return false;
}

static void tell_problems(struct probe_run *run, const char *path, const struct nfs_mountstats *m)
{
    for (size_t i = 0; i < m->problem_count && i < NFS_MAX_PROBLEMS; i++) {
        char message[256];
        snprintf(message, sizeof message, "line %zu: %s", m->problems[i].line, m->problems[i].text);
        batch_finding(&run->batch, &(struct finding){.kind = "malformed",
                                                     .blind = true,
                                                     .file = path,
                                                     .offset = (int64_t)m->problems[i].offset,
                                                     .message = message});
    }
    if (m->problem_count > NFS_MAX_PROBLEMS)
        probe_finding(run, "malformed", true, "", path, "%zu more lines that cannot be read",
                      m->problem_count - NFS_MAX_PROBLEMS);
    if (m->left_out)
        probe_finding(run, "unsupported", true, "", path,
                      "more than %d NFS mounts: %zu are not looked at", NFS_MOUNTSTATS_MAX,
                      m->left_out);
}

/* Tasks that the kernel's connections to the mount's server hold; -1 where it does not tell. */
static int64_t waiting_for(const struct nfs_connections *connections, const struct nfs_mount *mount)
{
    int64_t sum = -1;
    for (size_t i = 0; i < connections->count; i++) {
        const struct nfs_connection *c = &connections->at[i];
        unsigned port = mount->port ? mount->port : 2049;
        if (!c->has_info || (c->server_port && c->server_port != port) ||
            !nfs_same_address(c->server, mount->address))
            continue;
        uint64_t tasks = c->pending + c->sending + c->backlog + c->binding;
        sum = (sum < 0 ? 0 : sum) + (int64_t)(tasks < 1000000 ? tasks : 1000000);
    }
    return sum;
}

static const struct nfs_seen *seen_before(const struct nfslock_memory *before,
                                          const char *mountpoint)
{
    for (size_t i = 0; i < before->mount_count; i++)
        if (strcmp(before->mounts[i].mountpoint, mountpoint) == 0)
            return &before->mounts[i];
    return NULL;
}

static void remember(struct probe_run *run, const struct nfs_mount *mount,
                     const struct nfs_stats *stats, int64_t waiting,
                     const struct nfslock_memory *before, struct nfslock_memory *now)
{
    const struct nfs_seen *past = seen_before(before, mount->mountpoint);
    struct nfs_seen *seen = &now->mounts[now->mount_count++];
    double seconds = nfslock_unanswered(past, stats, waiting, clock_monotonic_ns(run->clock), seen);
    seen->mountpoint = arena_strdup(now->arena, mount->mountpoint);
    if (past)
        BATCH_SAMPLE(&run->batch, &nfs_unanswered_seconds, seconds, mount->mountpoint,
                     mount->server);
}

void nfslock_poll_stats(struct probe_run *run, const struct nfs_mounts *mounts,
                        const struct nfs_connections *connections,
                        const struct nfslock_memory *before, struct nfslock_memory *now)
{
    SCRATCH_ARENA(arena);
    struct nfs_mountstats mountstats;
    const char *path;
    if (!mounts->count)
        return;
    if (!read_file(run, arena, &mountstats, &path)) {
        probe_finding(run, "unreadable", false, "", "/proc/1/mountstats",
                      "cannot be read, so how servers answer is not known");
        return;
    }
    tell_problems(run, path, &mountstats);
    now->mounts = ARENA_ARRAY(now->arena, struct nfs_seen, mounts->count);
    for (size_t i = 0; i < mounts->count; i++) {
        const struct nfs_mount *mount = &mounts->at[i];
        const struct nfs_stats *stats = nfs_mountstats_find(&mountstats, mount->mountpoint);
        if (!stats)
            continue;
        nfslock_report_stats(&run->batch, mount, stats);
        remember(run, mount, stats, waiting_for(connections, mount), before, now);
    }
}
