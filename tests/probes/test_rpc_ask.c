/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"
#include "probes/rpc_ask.h"

/* A server on the loopback: one socket, one behaviour. */
struct server {
    int fd;
    bool stream;
    int skip;         /* datagrams that it loses first */
    int late_ms;      /* before it answers */
    const char *says; /* words in hexadecimal; X: the call's xid, Y: another; NULL: nothing ever */
    bool closes;      /* a stream, after that */
    struct sockaddr_in address;
    pthread_t thread;
};

static void open_server(struct server *server)
{
    socklen_t bytes = sizeof server->address;
    server->fd = socket(AF_INET, server->stream ? SOCK_STREAM : SOCK_DGRAM, 0);
    server->address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(bind(server->fd, (struct sockaddr *)&server->address, bytes), 0);
    assert_int_equal(getsockname(server->fd, (struct sockaddr *)&server->address, &bytes), 0);
    if (server->stream)
        assert_int_equal(listen(server->fd, 64), 0);
}

static size_t compose(const char *says, uint32_t xid, unsigned char *out)
{
    size_t n = 0;
    while (*says) {
        uint32_t word = xid + (*says == 'Y');
        char *end = (char *)(uintptr_t)says + 1;
        if (*says != 'X' && *says != 'Y')
            word = htonl((uint32_t)strtoul(says, &end, 16));
        memcpy(out + n, &word, 4);
        n += 4;
        says = *end ? end + 1 : end;
    }
    return n;
}

static void *serve(void *arg)
{
    struct server *server = arg;
    unsigned char call[RPC_CALL_MAX], reply[256];
    struct sockaddr_in from;
    socklen_t bytes = sizeof from;
    uint32_t xid;
    int fd = server->fd;

    if (server->stream)
        fd = accept(server->fd, NULL, NULL);
    for (int n = 0; n <= server->skip; n++)
        if (recvfrom(fd, call, sizeof call, 0, (struct sockaddr *)&from, &bytes) <= 0)
            return NULL;
    memcpy(&xid, call + (server->stream ? 4 : 0), sizeof xid);
    usleep((useconds_t)server->late_ms * 1000);
    size_t length = compose(server->says, xid, reply);
    if (server->stream)
        send(fd, reply, length, MSG_NOSIGNAL);
    else
        sendto(fd, reply, length, 0, (struct sockaddr *)&from, bytes);
    if (server->stream && server->closes)
        shutdown(fd, SHUT_RDWR);
    if (server->stream && !server->closes)
        recv(fd, call, sizeof call, 0); /* until the other end goes */
    if (server->stream)
        close(fd);
    return NULL;
}

static struct rpc_question *ask(const struct server *server, const struct rpc_limits *limits)
{
    struct rpc_question *question = calloc(1, sizeof *question);
    memcpy(&question->to, &server->address, sizeof server->address);
    question->stream = server->stream;
    question->call = (struct rpc_call){.program = RPC_PROGRAM_NLM, .version = 4};
    rpc_ask(question, 1, limits, NULL, NULL);
    return question;
}

static void names_each_case(void **state)
{
    static const struct rpc_limits limits = {.timeout_ms = 600, .total_ms = 3000, .retry_ms = 60};
    static const struct {
        struct server server;
        enum rpc_answer answer;
        unsigned sent; /* at least */
    } table[] = {
        {{.says = "X 1 0 0 0 0"}, RPC_ANSWER_OK, 1},
        {{.says = "X 1 0 0 0 0", .skip = 2}, RPC_ANSWER_OK, 3},
        {{.says = "X 1 0 0 0 0", .late_ms = 200}, RPC_ANSWER_OK, 2},
        {{.says = "X 1 0 0 0 2 1 3"}, RPC_ANSWER_MISMATCH, 1},
        {{.says = "X 1 0 0 0 4"}, RPC_ANSWER_GARBAGE_ARGS, 1},
        {{.says = "Y 1 0 0 0 0"}, RPC_ANSWER_WRONG_XID, 2},
        {{.says = "X 1 0 0"}, RPC_ANSWER_GARBAGE, 2},
        {{.says = NULL}, RPC_ANSWER_TIMEOUT, 3},
        {{.stream = true, .says = "80000018 X 1 0 0 0 0"}, RPC_ANSWER_OK, 1},
        {{.stream = true, .says = "8 X 1 80000010 0 0 0 0"}, RPC_ANSWER_OK, 1},
        {{.stream = true, .says = "80000018 Y 1 0 0 0 0 80000018 X 1 0 0 0 0"}, RPC_ANSWER_OK, 1},
        {{.stream = true, .says = "80000018 X 1 0 0 0 5"}, RPC_ANSWER_SYSTEM_ERROR, 1},
        {{.stream = true, .says = "80000014 X 1 1 1 5"}, RPC_ANSWER_DENIED, 1},
        {{.stream = true, .says = "80000018 X 1 0"}, RPC_ANSWER_TRUNCATED, 1},
        {{.stream = true, .says = "80000018 X 1 0", .closes = true}, RPC_ANSWER_TRUNCATED, 1},
        {{.stream = true, .says = "c0000000 X 1 0"}, RPC_ANSWER_OVERSIZED, 1},
        {{.stream = true, .says = "", .closes = true}, RPC_ANSWER_CLOSED, 1},
        {{.stream = true, .says = "80000018 Y 1 0 0 0 0", .closes = true}, RPC_ANSWER_WRONG_XID, 1},
        {{.stream = true, .says = NULL}, RPC_ANSWER_TIMEOUT, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct server server = table[i].server;
        open_server(&server);
        if (server.says)
            assert_int_equal(pthread_create(&server.thread, NULL, serve, &server), 0);
        struct rpc_question *question = ask(&server, &limits);
        if (question->answer != table[i].answer || question->sent < table[i].sent)
            fail_msg("%zu, %s: %s, sent %u times", i, server.says ? server.says : "silent",
                     rpc_answer_name(question->answer), question->sent);
        free(question);
        if (server.says)
            pthread_join(server.thread, NULL);
        close(server.fd);
    }
}

static void tells_what_is_closed(void **state)
{
    static const struct rpc_limits limits = {.timeout_ms = 2000, .total_ms = 3000, .retry_ms = 500};
    (void)state;
    for (int stream = 0; stream < 2; stream++) {
        struct server server = {.stream = stream};
        open_server(&server);
        close(server.fd);
        struct rpc_question *question = ask(&server, &limits);
        assert_int_equal(question->answer, RPC_ANSWER_REFUSED);
        assert_true(question->seconds < 1);
        free(question);
        question = calloc(1, sizeof *question);
        question->to.ss_family = AF_INET;
        question->from.ss_family = AF_INET; /* an address that is not this host's */
        ((struct sockaddr_in *)&question->from)->sin_addr.s_addr = inet_addr("192.0.2.77");
        question->stream = stream;
        rpc_ask(question, 1, &limits, NULL, NULL);
        assert_int_equal(question->answer, RPC_ANSWER_LOCAL_ERROR);
        free(question);
    }
}

/* More of them than there are slots: none waits for another longer than it has to. */
static void ends_in_time(void **state)
{
    enum { QUESTIONS = 900 };
    const struct rpc_limits limits = {.timeout_ms = 300, .total_ms = 800, .retry_ms = 100};
    struct server server = {.says = NULL};
    struct rpc_question *questions = calloc(QUESTIONS, sizeof *questions);
    (void)state;
    open_server(&server);
    for (size_t i = 0; i < QUESTIONS; i++) {
        memcpy(&questions[i].to, &server.address, sizeof server.address);
        questions[i].call = (struct rpc_call){.program = RPC_PROGRAM_NLM, .version = 4};
    }
    int64_t begun = clock_awake_ns(&clock_system);
    rpc_ask(questions, QUESTIONS, &limits, NULL, NULL);
    assert_true(clock_awake_ns(&clock_system) - begun < INT64_C(2000000000));
    for (size_t i = 0; i < QUESTIONS; i++)
        assert_int_equal(questions[i].answer, RPC_ANSWER_TIMEOUT);
    free(questions);
    close(server.fd);
}

static bool ask_thrice(struct rpc_question *question, void *arg)
{
    int *count = arg;
    question->call.version--;
    return question->answer == RPC_ANSWER_REFUSED && ++*count < 3;
}

static void goes_on_with_what_follows(void **state)
{
    const struct rpc_limits limits = {.timeout_ms = 300, .total_ms = 800, .retry_ms = 100};
    struct server server = {.says = NULL};
    struct rpc_question *question = calloc(1, sizeof *question);
    int count = 0;
    (void)state;
    open_server(&server);
    close(server.fd);
    memcpy(&question->to, &server.address, sizeof server.address);
    question->call = (struct rpc_call){.program = RPC_PROGRAM_NLM, .version = 4};
    rpc_ask(question, 1, &limits, ask_thrice, &count);
    assert_int_equal(count, 3);
    assert_int_equal(question->call.version, 1);
    free(question);
}

static int open_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 1024; fd++)
        count += dup2(fd, fd) == fd;
    return count;
}

/* FOREWARN_ROUNDS says how many; without it fewer, so that this is done soon. */
static void grows_nothing(void **state)
{
    const char *wanted = getenv("FOREWARN_ROUNDS");
    long rounds = wanted ? atol(wanted) : 500;
    const struct rpc_limits limits = {.timeout_ms = 20, .total_ms = 20, .retry_ms = 8};
    struct server dead = {.says = NULL}, closed[2] = {{.stream = false}, {.stream = true}};
    struct rpc_question *questions = calloc(8, sizeof *questions);
    size_t used = 0;
    int descriptors = 0;
    (void)state;
    open_server(&dead);
    for (int i = 0; i < 2; i++) {
        open_server(&closed[i]);
        close(closed[i].fd);
    }
    for (long round = 0; round < rounds; round++) {
        for (size_t i = 0; i < 8; i++) {
            const struct server *server = i % 4 == 0 && round % 50 == 0 ? &dead : &closed[i % 2];
            memcpy(&questions[i].to, &server->address, sizeof server->address);
            questions[i].stream = server->stream;
            questions[i].call = (struct rpc_call){.program = RPC_PROGRAM_NLM, .version = 4};
        }
        rpc_ask(questions, 8, &limits, NULL, NULL);
        if (round == 10) {
            used = mallinfo2().uordblks;
            descriptors = open_descriptors();
        }
    }
    print_message("%ld rounds\n", rounds);
    assert_int_equal(open_descriptors(), descriptors);
    assert_true(mallinfo2().uordblks <= used + 1024);
    free(questions);
    close(dead.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_each_case), cmocka_unit_test(tells_what_is_closed),
        cmocka_unit_test(ends_in_time),    cmocka_unit_test(goes_on_with_what_follows),
        cmocka_unit_test(grows_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
