/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_NFSLOCK_REPORT_H
#define AGENT_NFSLOCK_REPORT_H

#include "agent/report_table.h"
#include "core/look.h"
#include "probes/nfs_callback_survey.h"

/* What "forewarn nfslock" has found out. */
enum nfslock_role {
    NFSLOCK_ROLE_HOST,   /* a host that was named: asked from here, as its server would */
    NFSLOCK_ROLE_SELF,   /* this host's own address: shows what is registered, no more */
    NFSLOCK_ROLE_SERVER, /* the lock manager of a server that this host has mounts of */
};

struct nfslock_result {
    const char *name; /* as it was named; of a server its address */
    enum nfslock_role role;
    const struct nfslock_address *address;
};

struct nfslock_report {
    const char *host; /* that asks */
    struct nfslock_result *results;
    size_t count;
    const struct nfslock_survey *survey; /* of this host's mounts; NULL: hosts were named */
    size_t mounts;                       /* NFS mounts there are, those without NLM too */
    const struct finding *findings;      /* what could not be seen: names, mount table */
    size_t finding_count;
};

/* The worst of those that can be called back, servers left aside. */
enum nfslock_verdict nfslock_report_verdict(const struct nfslock_report *report);

/* ok, warning, critical or unknown: also the exit status. */
enum verdict nfslock_report_status(const struct nfslock_report *report);

void nfslock_report_json(const struct nfslock_report *report, struct buf *out);
void nfslock_report_table(const struct nfslock_report *report, const struct report_style *style,
                          struct buf *out);

/* Of one result; the level that it counts for. */
enum verdict nfslock_result_status(const struct nfslock_result *result);

#endif
