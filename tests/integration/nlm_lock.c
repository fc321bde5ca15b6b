/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locks a file at an NFS server as the nfslock probe does, past any mount: nlm_lock ADDRESS NETID
 * [EXPORT]. rpcbind tells the port. With EXPORT the file is made there (MOUNT and NFS version 3),
 * else its handle is made up. Two owners contend; exits with 0 where all goes as it has to, and
 * with "kill" in place of EXPORT it ends with the lock held, which the next run takes up.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probes/nfs_callback_ask.h"
#include "probes/nlm_ask.h"

enum { MOUNT = 100005, NFS = 100003, PORTMAP = 111, MNT = 1, CREATE = 8, VERSION = 3 };

struct message {
    unsigned char bytes[512];
    size_t length;
};

static void put(struct message *message, uint32_t value)
{
    value = htonl(value);
    memcpy(message->bytes + message->length, &value, sizeof value);
    message->length += sizeof value;
}

static void put_bytes(struct message *message, const void *bytes, size_t length)
{
    put(message, (uint32_t)length);
    memcpy(message->bytes + message->length, bytes, length);
    message->length += (length + 3) & ~(size_t)3;
}

static void die(const char *what, const char *why)
{
    fprintf(stderr, "nlm_lock: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

/* Calls a program at the port that rpcbind tells; its results are in the question. */
static void call(const struct nlm_server *server, uint32_t program, uint32_t procedure,
                 const struct message *message, struct rpc_question *question)
{
    const struct rpc_limits limits = {.timeout_ms = 3000, .total_ms = 3000, .retry_ms = 1000};
    unsigned char arguments[128];
    uint16_t port = 0;

    *question = (struct rpc_question){.to = server->at, .stream = true};
    rpcbind_encode(4, program, VERSION, RPC_TCP, arguments, sizeof arguments, &question->call);
    rpc_ask(question, 1, &limits, NULL, NULL);
    if (question->answer != RPC_ANSWER_OK ||
        rpcbind_decode(4, question->body, question->body_bytes, &port) != RPC_ANSWER_OK)
        die("rpcbind", rpc_answer_name(question->answer));
    *question = (struct rpc_question){.to = server->at,
                                      .stream = true,
                                      .reserved = true,
                                      .call = {.program = program,
                                               .version = VERSION,
                                               .procedure = procedure,
                                               .machine = "test",
                                               .arguments = message->bytes,
                                               .argument_bytes = message->length}};
    ((struct sockaddr_in *)&question->to)->sin_port = htons(port);
    rpc_ask(question, 1, &limits, NULL, NULL);
    if (question->answer != RPC_ANSWER_OK)
        die("call", rpc_answer_name(question->answer));
}

/* The handle at a place of the results; what stands before it has to be these words. */
static void take_handle(const struct rpc_question *question, const uint32_t *words, size_t count,
                        struct nlm_lock *lock)
{
    uint32_t word;
    for (size_t i = 0; i <= count; i++) {
        memcpy(&word, question->body + 4 * i, sizeof word);
        if (i < count && ntohl(word) != words[i])
            die("status", "not as expected");
    }
    lock->handle_bytes = ntohl(word);
    if (lock->handle_bytes > NLM_HANDLE_MAX)
        die("handle", "too long");
    memcpy(lock->handle, question->body + 4 * (count + 1), lock->handle_bytes);
}

static void make_file(const struct nlm_server *server, const char *export, struct nlm_lock *lock)
{
    struct message message = {.length = 0};
    struct rpc_question question;

    put_bytes(&message, export, strlen(export));
    call(server, MOUNT, MNT, &message, &question);
    take_handle(&question, (const uint32_t[]){0}, 1, lock);
    message.length = 0;
    put_bytes(&message, lock->handle, lock->handle_bytes);
    put_bytes(&message, "lock", 4);
    for (int i = 0; i < 7; i++) /* unchecked, and no attribute set */
        put(&message, 0);
    call(server, NFS, CREATE, &message, &question);
    take_handle(&question, (const uint32_t[]){0, 1}, 2, lock);
}

static void expect(const struct nlm_server *server, enum nlm_procedure procedure,
                   const struct nlm_lock *lock, int wanted)
{
    struct error e = {0};
    int code = nlm_ask(server, procedure, lock, &e);
    printf("%s %s: %s\n", lock->owner, procedure == NLM_UNLOCK ? "unlocks" : "locks",
           code == 0 ? "granted" : e.text);
    if (code != wanted)
        exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
    struct nlm_server server = {.stream = argc > 2 && argv[2][0] == 't'};
    struct nlm_lock one = {.caller = "test", .owner = "one", .pid = 1, .handle_bytes = 32}, two;
    const char *export = argc > 3 ? argv[3] : "";
    struct error e = {0};

    if (argc < 3 || !nfslock_read_address(argv[1], PORTMAP, &server.at))
        return 2;
    if (export[0] == '/')
        make_file(&server, export, &one);
    if (nlm_find_port(&server, &e) < 0)
        die("port", e.text);
    two = one;
    two.owner = "two";
    expect(&server, NLM_UNLOCK, &one, 0);
    expect(&server, NLM_NM_LOCK, &one, 0);
    if (strcmp(export, "kill") == 0)
        return 0;
    expect(&server, NLM_NM_LOCK, &two, -EAGAIN);
    expect(&server, NLM_UNLOCK, &two, 0);
    expect(&server, NLM_NM_LOCK, &two, -EAGAIN);
    expect(&server, NLM_UNLOCK, &one, 0);
    expect(&server, NLM_NM_LOCK, &two, 0);
    expect(&server, NLM_UNLOCK, &two, 0);
    return 0;
}
