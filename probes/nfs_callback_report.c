/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/nfs_callback_report.h"

#include <stdio.h>

#include "probes/nfslock_metrics.h"

/* The metrics for one direction. */
struct direction {
    const struct metric *up, *seconds, *result;
};

static const struct direction back = {&nfs_callback_up, &nfs_callback_seconds,
                                      &nfs_callback_result},
                              forth = {&nfs_server_up, &nfs_server_seconds, &nfs_server_result};

/* NFSv3 wants NLM 4: older ones are told as results, and do not count. */
static bool counts(const struct nfslock_path *path)
{
    return path->program != RPC_PROGRAM_NLM || path->version == 4;
}

static bool was_asked(const struct nfslock_path *path)
{
    return path->result != RPC_ANSWER_NOT_ASKED && path->result != RPC_ANSWER_LOCAL_ERROR;
}

static void report_paths(struct batch *batch, const struct direction *direction, const char *mount,
                         const char *server, const struct nfslock_address *address)
{
    for (size_t i = 0; i < address->path_count; i++) {
        const struct nfslock_path *path = &address->paths[i];
        const char *program = nfslock_program_name(path->program);
        const char *transport = rpc_transport_name(path->transport);
        char version[12];

        snprintf(version, sizeof version, "%u", path->version);
        BATCH_SAMPLE(batch, direction->result, 1, mount, server, address->text, program, version,
                     transport, rpc_answer_name(path->result));
        if (!counts(path) || !was_asked(path))
            continue;
        BATCH_SAMPLE(batch, direction->up, path->result == RPC_ANSWER_OK, mount, server,
                     address->text, program, transport);
        if (path->result == RPC_ANSWER_OK)
            BATCH_SAMPLE(batch, direction->seconds, path->seconds, mount, server, address->text,
                         program, transport);
    }
}

/* What rpcbind says of this host; nothing where rpcbind itself said nothing. */
static void report_registrations(struct batch *batch, const struct nfslock_address *address)
{
    for (size_t i = 0; i < address->path_count; i++) {
        const struct nfslock_path *path = &address->paths[i];
        bool has_port = path->port != 0;
        char version[12];

        if (path->program == RPC_PROGRAM_PORTMAP ||
            (!has_port && path->result != RPC_ANSWER_UNREGISTERED))
            continue;
        snprintf(version, sizeof version, "%u", path->version);
        /* rpcbind gives the port of another version too, where that is all there is. */
        BATCH_SAMPLE(batch, &nfs_lock_registered, has_port && path->result != RPC_ANSWER_MISMATCH,
                     address->text, nfslock_program_name(path->program), version,
                     rpc_transport_name(path->transport));
        if (has_port && counts(path))
            BATCH_SAMPLE(batch, &nfs_lock_port, path->port, address->text,
                         nfslock_program_name(path->program), rpc_transport_name(path->transport));
    }
}

static void report_verdict(struct batch *batch, const char *mount, const char *server,
                           enum nfslock_verdict verdict)
{
    BATCH_SAMPLE(batch, &nfs_lock_verdict, 1, mount, server, nfslock_verdict_name(verdict));
}

void nfslock_report_survey(struct batch *batch, const struct nfslock_survey *survey)
{
    for (size_t i = 0; i < survey->mount_count; i++) {
        const struct nfslock_mount *mount = &survey->mounts[i];
        const char *name = mount->mount->mountpoint, *server = mount->mount->server;

        report_verdict(batch, name, server, nfslock_mount_verdict(survey, mount));
        if (mount->self != NFSLOCK_NOWHERE)
            report_paths(batch, &back, name, server, &survey->addresses[mount->self]);
        if (mount->server != NFSLOCK_NOWHERE)
            report_paths(batch, &forth, name, server, &survey->addresses[mount->server]);
    }
    for (size_t i = 0; i < survey->count; i++)
        if (!survey->is_server[i])
            report_registrations(batch, &survey->addresses[i]);
}

void nfslock_report_target(struct batch *batch, const char *name,
                           const struct nfslock_address *address)
{
    BATCH_SAMPLE(batch, &nfs_target_verdict, 1, name, address->text,
                 nfslock_verdict_name(nfslock_judge(address)));
    for (size_t i = 0; i < address->path_count; i++) {
        const struct nfslock_path *path = &address->paths[i];
        const char *program = nfslock_program_name(path->program);
        const char *transport = rpc_transport_name(path->transport);
        char version[12];

        snprintf(version, sizeof version, "%u", path->version);
        BATCH_SAMPLE(batch, &nfs_target_result, 1, name, address->text, program, version, transport,
                     rpc_answer_name(path->result));
        if (!counts(path) || !was_asked(path))
            continue;
        BATCH_SAMPLE(batch, &nfs_target_up, path->result == RPC_ANSWER_OK, name, address->text,
                     program, transport);
        if (path->result == RPC_ANSWER_OK)
            BATCH_SAMPLE(batch, &nfs_target_seconds, path->seconds, name, address->text, program,
                         transport);
    }
}
