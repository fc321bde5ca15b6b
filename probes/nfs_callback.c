/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/nfs_callback.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

enum { GETADDR_4 = 4, GETADDR_3 = 3, GETPORT_2 = 2, LARGE_GROUPS = 16, NLM_4 = 4 };

static const struct {
    uint32_t program;
    unsigned version;
} asked[] = {
    {RPC_PROGRAM_PORTMAP, GETADDR_4}, {RPC_PROGRAM_NLM, 1}, {RPC_PROGRAM_NLM, 3},
    {RPC_PROGRAM_NLM, NLM_4},         {RPC_PROGRAM_NSM, 1},
};

enum { ASKED = sizeof asked / sizeof *asked };

void nfslock_prepare(struct nfslock_address *address)
{
    const bool six = address->at.ss_family == AF_INET6;
    const enum rpc_transport transports[] = {six ? RPC_UDP6 : RPC_UDP, six ? RPC_TCP6 : RPC_TCP};

    address->path_count = 0;
    for (size_t t = 0; t < 2; t++)
        for (size_t i = 0; i < ASKED; i++)
            address->paths[address->path_count++] =
                (struct nfslock_path){.program = asked[i].program,
                                      .version = asked[i].version,
                                      .transport = transports[t],
                                      .result = RPC_ANSWER_NOT_ASKED};
}

static void set_port(struct sockaddr_storage *address, uint16_t port)
{
    if (address->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)address)->sin6_port = htons(port);
    else
        ((struct sockaddr_in *)address)->sin_port = htons(port);
}

/* A call that does nothing: procedure 0, NULL. */
static void call_program(struct nfslock_asking *asking, struct rpc_question *question,
                         enum nfslock_step step)
{
    /* As long as a name may be: the credentials come to 340 bytes. */
    static const char name[] = "forewarn-asks-with-a-call-as-large-as-one-of-a-lock-may-be-"
                               "forewarn-asks-with-a-call-as-large-as-one-of-a-lock-may-be-"
                               "forewarn-asks-with-a-call-as-large-as-one-of-a-lock-may-be-"
                               "forewarn-asks-with-a-call-as-large-as-one-of-a-lock-may-be-.......";
    const struct nfslock_path *path = asking->path;

    asking->path->step = step;
    if (step == NFSLOCK_STEP_CALL)
        asking->path->result = RPC_ANSWER_NOT_ASKED;
    question->call = (struct rpc_call){.program = path->program, .version = path->version};
    if (step == NFSLOCK_STEP_LARGE) {
        question->call.machine = name;
        question->call.groups = LARGE_GROUPS;
    }
    if (path->port)
        set_port(&question->to, path->port);
}

/* false where this version of rpcbind knows nothing of the transport. */
static bool ask_rpcbind(struct nfslock_asking *asking, struct rpc_question *question,
                        unsigned version)
{
    struct nfslock_path *path = asking->path;

    path->step = NFSLOCK_STEP_PORTMAP;
    path->result = RPC_ANSWER_NOT_ASKED;
    path->rpcbind_version = version;
    return rpcbind_encode(version, path->program, path->version, path->transport, asking->arguments,
                          sizeof asking->arguments, &question->call);
}

void nfslock_first(struct nfslock_asking *asking, struct rpc_question *question)
{
    *question = (struct rpc_question){
        .to = asking->address->at,
        .from = asking->address->from,
        .stream = rpc_transport_is_stream(asking->path->transport),
        .owner = asking,
    };
    if (asking->path->program == RPC_PROGRAM_PORTMAP)
        call_program(asking, question, NFSLOCK_STEP_CALL);
    else
        ask_rpcbind(asking, question, GETADDR_4);
}

static void keep(struct nfslock_path *path, const struct rpc_question *question)
{
    path->result = question->answer;
    path->seconds = question->seconds;
    path->sent = question->sent;
    path->low = question->low;
    path->high = question->high;
}

/* Whether rpcbind is another than was asked, so that an older version may do. */
static bool is_older(enum rpc_answer answer)
{
    return answer == RPC_ANSWER_MISMATCH || answer == RPC_ANSWER_UNAVAILABLE ||
           answer == RPC_ANSWER_NO_PROCEDURE || answer == RPC_ANSWER_GARBAGE_ARGS;
}

static bool after_portmap(struct nfslock_asking *asking, struct rpc_question *question)
{
    struct nfslock_path *path = asking->path;

    /* IPv6 is not known to version 2, so that the answer of version 3 stands there. */
    if (is_older(question->answer) && path->rpcbind_version == GETADDR_4)
        return ask_rpcbind(asking, question, GETADDR_3);
    if (is_older(question->answer) && path->rpcbind_version == GETADDR_3 &&
        asking->address->at.ss_family == AF_INET)
        return ask_rpcbind(asking, question, GETPORT_2);
    if (question->answer == RPC_ANSWER_OK)
        path->result = rpcbind_decode(path->rpcbind_version, question->body, question->body_bytes,
                                      &path->port);
    if (path->result != RPC_ANSWER_OK)
        return false;
    call_program(asking, question, NFSLOCK_STEP_CALL);
    return true;
}

static bool after_call(struct nfslock_asking *asking, struct rpc_question *question)
{
    struct nfslock_path *path = asking->path;

    if (path->program == RPC_PROGRAM_PORTMAP && is_older(path->result) &&
        path->version > GETPORT_2) {
        path->version = GETPORT_2; /* all that an old portmap speaks */
        call_program(asking, question, NFSLOCK_STEP_CALL);
        return true;
    }
    /* Of rpcbind servers want small answers only. */
    if (path->result != RPC_ANSWER_OK || path->program == RPC_PROGRAM_PORTMAP)
        return false;
    call_program(asking, question, NFSLOCK_STEP_LARGE);
    return true;
}

bool nfslock_next(struct nfslock_asking *asking, struct rpc_question *question)
{
    struct nfslock_path *path = asking->path;

    if (path->step == NFSLOCK_STEP_LARGE) {
        /* An answer is one, even if it is that these credentials are not wanted. */
        path->result =
            question->answer == RPC_ANSWER_TIMEOUT ? RPC_ANSWER_SMALL_ONLY : RPC_ANSWER_OK;
        if (path->result == RPC_ANSWER_SMALL_ONLY)
            path->sent = question->sent;
        return false;
    }
    keep(path, question);
    return path->step == NFSLOCK_STEP_PORTMAP ? after_portmap(asking, question)
                                              : after_call(asking, question);
}

const char *nfslock_verdict_name(enum nfslock_verdict verdict)
{
    static const char *const names[] = {[NFSLOCK_BOTH] = "both",
                                        [NFSLOCK_TCP_ONLY] = "tcp_only",
                                        [NFSLOCK_UDP_ONLY] = "udp_only",
                                        [NFSLOCK_NONE] = "none",
                                        [NFSLOCK_UNKNOWN] = "unknown"};
    return names[verdict];
}

enum nfslock_verdict nfslock_judge(const struct nfslock_address *address)
{
    bool udp = false, tcp = false, known = false;

    for (size_t i = 0; i < address->path_count; i++) {
        const struct nfslock_path *path = &address->paths[i];
        if (path->program != RPC_PROGRAM_NLM || path->version != NLM_4)
            continue;
        known |= path->result != RPC_ANSWER_NOT_ASKED && path->result != RPC_ANSWER_LOCAL_ERROR;
        if (path->result == RPC_ANSWER_OK)
            *(rpc_transport_is_stream(path->transport) ? &tcp : &udp) = true;
    }
    if (!known)
        return NFSLOCK_UNKNOWN;
    return udp && tcp ? NFSLOCK_BOTH
           : tcp      ? NFSLOCK_TCP_ONLY
           : udp      ? NFSLOCK_UDP_ONLY
                      : NFSLOCK_NONE;
}

enum nfslock_verdict nfslock_worse(enum nfslock_verdict a, enum nfslock_verdict b)
{
    static const int rank[] = {[NFSLOCK_BOTH] = 0,
                               [NFSLOCK_UNKNOWN] = 1,
                               [NFSLOCK_UDP_ONLY] = 2,
                               [NFSLOCK_TCP_ONLY] = 3,
                               [NFSLOCK_NONE] = 4};
    return rank[a] > rank[b] ? a : b;
}

const char *nfslock_program_name(uint32_t program)
{
    return program == RPC_PROGRAM_NLM ? "nlm" : program == RPC_PROGRAM_NSM ? "nsm" : "portmap";
}

/* What is said of each result; what has numbers in it is said by nfslock_explain(). */
static const char *const explanations[RPC_ANSWERS] = {
    [RPC_ANSWER_OK] = "answers",
    [RPC_ANSWER_UNREGISTERED] = "not registered with rpcbind",
    [RPC_ANSWER_REFUSED] = "nothing listens there, or a filter rejects it",
    [RPC_ANSWER_TIMEOUT] = "nothing comes back: lost, filtered, or the host is down",
    [RPC_ANSWER_MISMATCH] = "there in other versions only",
    [RPC_ANSWER_GARBAGE] = "what comes back is no RPC reply",
    [RPC_ANSWER_UNREACHABLE] = "no way there, says the network (no route, or prohibited)",
    [RPC_ANSWER_UNAVAILABLE] = "another program listens on its port",
    [RPC_ANSWER_NO_PROCEDURE] = "it does not know the call",
    [RPC_ANSWER_GARBAGE_ARGS] = "it cannot decode the call",
    [RPC_ANSWER_SYSTEM_ERROR] = "it says that something failed on its side",
    [RPC_ANSWER_DENIED] = "it does not take these credentials",
    [RPC_ANSWER_TRUNCATED] = "half a reply comes, then no more",
    [RPC_ANSWER_OVERSIZED] = "it announces a reply far too large",
    [RPC_ANSWER_WRONG_XID] = "replies come, but to other calls",
    [RPC_ANSWER_CLOSED] = "the connection is taken, then closed without a reply",
    [RPC_ANSWER_SMALL_ONLY] = "small calls are answered, large ones are lost (MTU, fragments?)",
    [RPC_ANSWER_LOCAL_ERROR] = "this host could not ask",
    [RPC_ANSWER_NOT_ASKED] = "not asked: the time was over",
};

void nfslock_explain(const struct nfslock_path *path, char *text, size_t size)
{
    const char *who = path->step == NFSLOCK_STEP_PORTMAP && path->result != RPC_ANSWER_OK &&
                              path->result != RPC_ANSWER_UNREGISTERED &&
                              path->result != RPC_ANSWER_NOT_ASKED
                          ? "rpcbind: "
                          : "";

    if (path->result == RPC_ANSWER_TIMEOUT && path->sent > 1)
        snprintf(text, size, "%ssent %u times, nothing comes back: lost, filtered, or down", who,
                 path->sent);
    else if (path->result == RPC_ANSWER_MISMATCH && path->low == path->high)
        snprintf(text, size, "%sthere in version %u only", who, path->low);
    else if (path->result == RPC_ANSWER_MISMATCH)
        snprintf(text, size, "%sthere in versions %u to %u only", who, path->low, path->high);
    else if (path->result == RPC_ANSWER_OK && path->sent > 1)
        snprintf(text, size, "answers, after it was sent %u times", path->sent);
    else
        snprintf(text, size, "%s%s", who, explanations[path->result]);
}
