/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_RPC_ASK_H
#define PROBES_RPC_ASK_H

#include <sys/socket.h>

#include "core/error.h"
#include "probes/rpc_message.h"

enum { RPC_BODY_MAX = 512 }; /* bytes of results that are kept */

/* A call to one place, and what came of it. */
struct rpc_question {
    struct sockaddr_storage to;   /* with the port */
    struct sockaddr_storage from; /* ss_family 0: as the kernel chooses. Its port is ignored */
    bool stream;                  /* TCP, else UDP */
    bool reserved;                /* from a port below 1024, as NFS servers want it for locks */
    struct rpc_call call;         /* its xid is set here; machine and arguments have to last */

    void *owner; /* the asker's own */

    enum rpc_answer answer;
    int code;           /* negative errno behind it, or 0 */
    uint32_t low, high; /* RPC_ANSWER_MISMATCH: the versions there are */
    double seconds;     /* from the start (TCP: from connecting on) to the answer or its absence */
    unsigned sent;      /* how often the call was sent */
    unsigned char body[RPC_BODY_MAX]; /* RPC_ANSWER_OK: the results, cut where they are longer */
    size_t body_bytes;
};

/*
 * A lost datagram is sent again, with the same xid, after retry_ms, then after twice as long, and
 * so on, as an NFS server's RPC does it.
 */
struct rpc_limits {
    int64_t timeout_ms; /* for one question */
    int64_t total_ms;   /* for all of them */
    int64_t retry_ms;
    size_t at_once; /* questions under way at the same time, each has a socket; 0: RPC_AT_ONCE */
};
enum { RPC_AT_ONCE = 512 };

/*
 * Asks all questions at the same time, each on a connected socket of its own that never blocks, and
 * returns when all have an answer, within total_ms. answered (which may be NULL) is told of each
 * answer as it comes, and may turn the question into another one that follows from it: it then says
 * true and that is asked too, if time is left.
 */
void rpc_ask(struct rpc_question *questions, size_t count, const struct rpc_limits *limits,
             bool (*answered)(struct rpc_question *question, void *arg), void *arg);

#endif
