/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/nfslock_callbacks.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "probes/nfs_callback_report.h"
#include "probes/nfs_callback_survey.h"

static void ask_mounts(struct probe_run *run, const struct nfs_mounts *mounts,
                       const struct nfslock_settings *settings)
{
    SCRATCH_ARENA(arena);
    struct nfslock_survey survey;

    nfslock_survey(arena, mounts, settings->rpcbind_port, &survey);
    nfslock_ask(survey.addresses, survey.count, NFSLOCK_ROUND_TIMEOUT_MS, NFSLOCK_ROUND_MS);
    nfslock_report_survey(&run->batch, &survey);
    if (survey.left_out)
        probe_finding(run, "unsupported", true, "callbacks", "",
                      "%zu more addresses than are asked at a time", survey.left_out);
}

/* Hosts that were resolved, and whose address is whose. */
struct hosts {
    struct nfslock_address *addresses;
    const char **names; /* beside addresses */
    size_t count;
};

static void add_host(struct probe_run *run, struct arena *arena, const char *name, uint16_t port,
                     struct hosts *hosts)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char service[8];

    snprintf(service, sizeof service, "%u", port);
    int code = getaddrinfo(name, service, &hints, &found);
    if (code != 0) {
        probe_finding(run, "unreadable", true, name, "", "no such host: %s", gai_strerror(code));
        return;
    }
    for (const struct addrinfo *at = found; at && hosts->count < NFSLOCK_MAX_ADDRESSES;
         at = at->ai_next) {
        struct nfslock_address *address = &hosts->addresses[hosts->count];
        if (at->ai_family != AF_INET && at->ai_family != AF_INET6)
            continue;
        memcpy(&address->at, at->ai_addr, at->ai_addrlen);
        address->text = nfslock_print_address(&address->at, arena);
        nfslock_prepare(address);
        hosts->names[hosts->count++] = name;
    }
    freeaddrinfo(found);
}

int nfslock_look_at(struct probe_run *run, const char *name,
                    const struct nfslock_settings *settings, struct error *e)
{
    SCRATCH_ARENA(arena);
    struct hosts hosts = {.addresses =
                              ARENA_ARRAY(arena, struct nfslock_address, NFSLOCK_MAX_ADDRESSES),
                          .names = ARENA_ARRAY(arena, const char *, NFSLOCK_MAX_ADDRESSES)};
    enum nfslock_verdict worst = NFSLOCK_BOTH;

    if (!probe_begin(run, name))
        return error_set(e, -EBUSY, "%s: a former look still hangs in it", name);
    add_host(run, arena, name, settings->rpcbind_port, &hosts);
    nfslock_ask(hosts.addresses, hosts.count, NFSLOCK_ROUND_TIMEOUT_MS, NFSLOCK_ROUND_MS);
    for (size_t i = 0; i < hosts.count; i++) {
        nfslock_report_target(&run->batch, name, &hosts.addresses[i]);
        worst = nfslock_worse(worst, nfslock_judge(&hosts.addresses[i]));
    }
    probe_end(run, name);
    if (!hosts.count)
        return error_set(e, -ENOENT, "%s: no such host", name);
    return worst == NFSLOCK_BOTH ? 0
                                 : error_set(e, -EIO, "%s: lock callbacks arrive over: %s", name,
                                             nfslock_verdict_name(worst));
}

static void ask_targets(struct probe_run *run, const struct nfslock_settings *settings)
{
    SCRATCH_ARENA(arena);
    struct hosts hosts = {.addresses =
                              ARENA_ARRAY(arena, struct nfslock_address, NFSLOCK_MAX_ADDRESSES),
                          .names = ARENA_ARRAY(arena, const char *, NFSLOCK_MAX_ADDRESSES)};

    for (size_t i = 0; i < settings->target_count; i++)
        add_host(run, arena, settings->targets[i], settings->rpcbind_port, &hosts);
    if (hosts.count >= NFSLOCK_MAX_ADDRESSES)
        probe_finding(run, "unsupported", true, "targets", "",
                      "more than %d addresses: the rest is not asked", NFSLOCK_MAX_ADDRESSES);
    nfslock_ask(hosts.addresses, hosts.count, NFSLOCK_ROUND_TIMEOUT_MS, NFSLOCK_ROUND_MS);
    for (size_t i = 0; i < hosts.count; i++)
        nfslock_report_target(&run->batch, hosts.names[i], &hosts.addresses[i]);
}

static bool any_needs_nlm(const struct nfs_mounts *mounts)
{
    for (size_t i = 0; i < mounts->count; i++)
        if (mounts->at[i].needs_nlm)
            return true;
    return false;
}

void nfslock_poll_callbacks(struct probe_run *run, const struct nfs_mounts *mounts,
                            const struct nfslock_settings *settings)
{
    if (!root_is_live(run->root))
        return;
    if (any_needs_nlm(mounts) && probe_begin(run, "callbacks")) {
        ask_mounts(run, mounts, settings);
        probe_end(run, "callbacks");
    }
    if (settings->target_count && probe_begin(run, "targets")) {
        ask_targets(run, settings);
        probe_end(run, "targets");
    }
}
