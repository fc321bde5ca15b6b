/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NFS_CALLBACK_H
#define PROBES_NFS_CALLBACK_H

#include "probes/rpc_ask.h"

/*
 * Can a host be called back for NFS locks? What an NFS server does when a lock that a client waits
 * for becomes free: it asks the client's rpcbind for the port of lockd (NLM), over the transport of
 * its choice, and calls it there. Here: which questions are asked, one following from the other,
 * and what the answers come to. Pure; nfs_callback_ask.h asks.
 */
enum {
    NFSLOCK_RPCBIND_PORT = 111,
    NFSLOCK_PATHS = 10, /* of one address: two transports, each rpcbind, NLM 1, 3, 4 and statd 1 */
    NFSLOCK_LARGE_BYTES = 350, /* at least; of a call as large as that of a lock may get */
};

enum nfslock_step {
    NFSLOCK_STEP_PORTMAP, /* rpcbind is asked for the port */
    NFSLOCK_STEP_CALL,    /* a call to the port that does nothing (NULL) */
    NFSLOCK_STEP_LARGE,   /* the same with credentials that make it large */
};

/* One program in one version over one transport, and whether it can be called. */
struct nfslock_path {
    uint32_t program; /* RPC_PROGRAM_* */
    unsigned version;
    enum rpc_transport transport;

    enum rpc_answer result;
    enum nfslock_step step; /* where it came to the result */
    double seconds;         /* that the small call took, or the last step that was made */
    unsigned sent;          /* how often the last call was sent */
    uint16_t port;          /* 0: not known */
    uint32_t low, high;     /* RPC_ANSWER_MISMATCH: the versions there are */

    unsigned rpcbind_version; /* the one that is asked just now */
};

/* All paths to one address. */
struct nfslock_address {
    const char *text;             /* "192.0.2.7": as in reports; the caller's */
    struct sockaddr_storage at;   /* its port is rpcbind's */
    struct sockaddr_storage from; /* ss_family 0: as the kernel chooses */
    struct nfslock_path paths[NFSLOCK_PATHS];
    size_t path_count;
};

/* Fills in the paths, all of them not asked yet. at is set. */
void nfslock_prepare(struct nfslock_address *address);

/* The first question of a path. Its arguments live in room, which has to last as long as it does.
 */
struct nfslock_asking {
    const struct nfslock_address *address;
    struct nfslock_path *path;
    unsigned char arguments[128];
};
void nfslock_first(struct nfslock_asking *asking, struct rpc_question *question);

/* Takes the answer to the path's question; true: question is now the next one. */
bool nfslock_next(struct nfslock_asking *asking, struct rpc_question *question);

/* Over what an address can be called back. */
enum nfslock_verdict {
    NFSLOCK_BOTH,
    NFSLOCK_TCP_ONLY,
    NFSLOCK_UDP_ONLY,
    NFSLOCK_NONE,
    NFSLOCK_UNKNOWN, /* it could not be asked */
};

const char *nfslock_verdict_name(enum nfslock_verdict verdict); /* "tcp_only" */

/* By NLM, in version 4, which NFSv3 needs. The worst of two: nfslock_worse(). */
enum nfslock_verdict nfslock_judge(const struct nfslock_address *address);
enum nfslock_verdict nfslock_worse(enum nfslock_verdict a, enum nfslock_verdict b);

/* "nlm", "nsm", "portmap" */
const char *nfslock_program_name(uint32_t program);

/*
 * How a path ended, for people, in at most size bytes: "not registered with rpcbind", "nothing
 * came back within 3 s (sent 3 times)".
 */
void nfslock_explain(const struct nfslock_path *path, char *text, size_t size);

#endif
