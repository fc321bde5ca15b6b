/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/nlm_ask.h"

#include <errno.h>
#include <netinet/in.h>

enum { NLM_VERSION = 4, GETADDR_3 = 3, GETPORT_2 = 2, RETRY_MS = 300 };

static const struct rpc_limits limits = {
    .timeout_ms = NLM_TIMEOUT_MS, .total_ms = NLM_TIMEOUT_MS, .retry_ms = RETRY_MS};

int nlm_ask(const struct nlm_server *server, enum nlm_procedure procedure,
            const struct nlm_lock *lock, struct error *e)
{
    unsigned char arguments[NLM_MESSAGE_MAX];
    struct rpc_question question = {
        .to = server->at,
        .stream = server->stream,
        .reserved = true,
        .call = {.program = RPC_PROGRAM_NLM,
                 .version = NLM_VERSION,
                 .procedure = procedure,
                 .machine = lock->caller,
                 .arguments = arguments,
                 .argument_bytes = nlm_encode(procedure, lock, arguments, sizeof arguments)}};
    const char *what = procedure == NLM_UNLOCK ? "unlock" : "lock";

    rpc_ask(&question, 1, &limits, NULL, NULL);
    if (question.answer != RPC_ANSWER_OK)
        return error_set(e, -EIO, "%s at the server: %s", what, rpc_answer_name(question.answer));
    enum nlm_status status = nlm_decode(question.body, question.body_bytes);
    if (status == NLM_GRANTED)
        return 0;
    return error_set(e, status == NLM_DENIED || status == NLM_DENIED_GRACE ? -EAGAIN : -EIO,
                     "%s at the server: %s", what, nlm_status_text(status));
}

/* One version after the other, until one knows what is asked. */
static enum rpc_answer ask_rpcbind(const struct nlm_server *server, unsigned version,
                                   uint16_t *port)
{
    bool six = server->at.ss_family == AF_INET6;
    enum rpc_transport transport =
        server->stream ? (six ? RPC_TCP6 : RPC_TCP) : (six ? RPC_UDP6 : RPC_UDP);
    unsigned char arguments[128];
    struct rpc_question question = {.to = server->at, .stream = server->stream};

    if (!rpcbind_encode(version, RPC_PROGRAM_NLM, NLM_VERSION, transport, arguments,
                        sizeof arguments, &question.call))
        return RPC_ANSWER_UNREGISTERED;
    rpc_ask(&question, 1, &limits, NULL, NULL);
    if (question.answer != RPC_ANSWER_OK)
        return question.answer;
    return rpcbind_decode(version, question.body, question.body_bytes, port);
}

int nlm_find_port(struct nlm_server *server, struct error *e)
{
    uint16_t port = 0;
    enum rpc_answer answer = ask_rpcbind(server, GETADDR_3, &port);

    if (answer == RPC_ANSWER_MISMATCH)
        answer = ask_rpcbind(server, GETPORT_2, &port);
    if (answer != RPC_ANSWER_OK)
        return error_set(e, -EIO, "find the server's lock manager: %s", rpc_answer_name(answer));
    if (server->at.ss_family == AF_INET6)
        ((struct sockaddr_in6 *)&server->at)->sin6_port = htons(port);
    else
        ((struct sockaddr_in *)&server->at)->sin_port = htons(port);
    return 0;
}
