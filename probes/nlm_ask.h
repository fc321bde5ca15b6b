/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_NLM_ASK_H
#define PROBES_NLM_ASK_H

#include "core/error.h"
#include "probes/nlm_message.h"
#include "probes/rpc_ask.h"

enum { NLM_TIMEOUT_MS = 1000 }; /* for each call */

/* Where a server's lock manager listens. */
struct nlm_server {
    struct sockaddr_storage at; /* with its port */
    bool stream;
};

/*
 * Calls a server for a lock of this host's, from a reserved port where this process may have one.
 * 0 when it is granted (or gone, for NLM_UNLOCK: what is not locked may be unlocked), else
 * negative: -EAGAIN when somebody else holds it or the server grants nothing yet, -EIO when it does
 * not answer.
 */
int nlm_ask(const struct nlm_server *server, enum nlm_procedure procedure,
            const struct nlm_lock *lock, struct error *e);

/* The port of NLM 4 there, by the rpcbind at server->at, which is changed to it. */
int nlm_find_port(struct nlm_server *server, struct error *e);

#endif
