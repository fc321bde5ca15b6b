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

#include "probes/nfs_callback_ask.h"
#include "probes/nfs_callback_survey.h"

/*
 * A host whose NLM 4 answers over udp and tcp as said, in the short form: + it answers, - it does
 * not, ? it could not be asked.
 */
static void judges(void **state)
{
    static const struct {
        char udp, tcp;
        const char *verdict;
    } table[] = {{'+', '+', "both"}, {'-', '+', "tcp_only"}, {'+', '-', "udp_only"},
                 {'-', '-', "none"}, {'?', '?', "unknown"},  {'?', '+', "tcp_only"},
                 {'?', '-', "none"}};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (int six = 0; six < 2; six++) {
            struct nfslock_address address = {.at.ss_family = six ? AF_INET6 : AF_INET};
            nfslock_prepare(&address);
            assert_int_equal(address.path_count, NFSLOCK_PATHS);
            for (size_t k = 0; k < address.path_count; k++) {
                struct nfslock_path *path = &address.paths[k];
                char is = rpc_transport_is_stream(path->transport) ? table[i].tcp : table[i].udp;
                path->result = is == '?'   ? RPC_ANSWER_LOCAL_ERROR
                               : is == '+' ? RPC_ANSWER_OK
                                           : RPC_ANSWER_TIMEOUT;
                if (path->program != RPC_PROGRAM_NLM || path->version != 4)
                    path->result = i % 2 ? RPC_ANSWER_OK : RPC_ANSWER_REFUSED; /* no matter */
            }
            assert_string_equal(nfslock_verdict_name(nfslock_judge(&address)), table[i].verdict);
        }
}

static void finds_the_worse(void **state)
{
    static const enum nfslock_verdict order[] = {NFSLOCK_BOTH, NFSLOCK_UNKNOWN, NFSLOCK_UDP_ONLY,
                                                 NFSLOCK_TCP_ONLY, NFSLOCK_NONE};
    (void)state;
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 5; k++)
            assert_int_equal(nfslock_worse(order[i], order[k]), order[i > k ? i : k]);
}

/*
 * What is asked after each answer, and what it comes to. Asked: B4 B3 B2 rpcbind of that version, C
 * a call to the port, L a large one. Answered: + ok, 0 not registered, and letters of names.
 */
static const struct {
    const char *answers, *asked;
    uint32_t program;
    int family;
    enum rpc_answer result;
} dialogues[] = {
    {"+++", "B4 C L ", RPC_PROGRAM_NLM, AF_INET, RPC_ANSWER_OK},
    {"++T", "B4 C L ", RPC_PROGRAM_NLM, AF_INET, RPC_ANSWER_SMALL_ONLY},
    {"++D", "B4 C L ", RPC_PROGRAM_NLM, AF_INET, RPC_ANSWER_OK},
    {"+T", "B4 C ", RPC_PROGRAM_NLM, AF_INET, RPC_ANSWER_TIMEOUT},
    {"+M", "B4 C ", RPC_PROGRAM_NLM, AF_INET, RPC_ANSWER_MISMATCH},
    {"0", "B4 ", RPC_PROGRAM_NSM, AF_INET, RPC_ANSWER_UNREGISTERED},
    {"T", "B4 ", RPC_PROGRAM_NLM, AF_INET, RPC_ANSWER_TIMEOUT},
    {"MM+++", "B4 B3 B2 C L ", RPC_PROGRAM_NLM, AF_INET, RPC_ANSWER_OK},
    {"MM0", "B4 B3 B2 ", RPC_PROGRAM_NLM, AF_INET, RPC_ANSWER_UNREGISTERED},
    {"MMM", "B4 B3 B2 ", RPC_PROGRAM_NLM, AF_INET, RPC_ANSWER_MISMATCH},
    {"MM", "B4 B3 ", RPC_PROGRAM_NLM, AF_INET6, RPC_ANSWER_MISMATCH},
    {"M+++", "B4 B3 C L ", RPC_PROGRAM_NLM, AF_INET6, RPC_ANSWER_OK},
    {"+", "C ", RPC_PROGRAM_PORTMAP, AF_INET, RPC_ANSWER_OK},
    {"M+", "C C ", RPC_PROGRAM_PORTMAP, AF_INET, RPC_ANSWER_OK},
    {"MM", "C C ", RPC_PROGRAM_PORTMAP, AF_INET, RPC_ANSWER_MISMATCH},
    {"R", "C ", RPC_PROGRAM_PORTMAP, AF_INET, RPC_ANSWER_REFUSED},
};

static void answer(char how, struct rpc_question *question)
{
    static const unsigned char port[] = {0, 0, 8, 1}, nothing[4];

    question->answer = how == 'T'   ? RPC_ANSWER_TIMEOUT
                       : how == 'M' ? RPC_ANSWER_MISMATCH
                       : how == 'R' ? RPC_ANSWER_REFUSED
                       : how == 'D' ? RPC_ANSWER_DENIED
                                    : RPC_ANSWER_OK;
    question->body_bytes = 0;
    const unsigned char *body = how == '0' ? nothing : question->call.version == 2 ? port : NULL;
    if (question->call.program != RPC_PROGRAM_PORTMAP || question->call.procedure == 0)
        return;
    question->body_bytes = body ? 4 : 12;
    if (!body)
        body = (const unsigned char *)"\0\0\0\6::.8.1\0\0";
    memcpy(question->body, body, question->body_bytes);
}

static void asks_what_follows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof dialogues / sizeof *dialogues; i++) {
        struct nfslock_address address = {.at.ss_family = (sa_family_t)dialogues[i].family};
        struct nfslock_path *path = address.paths;
        struct nfslock_asking asking = {.address = &address, .path = path};
        struct rpc_question *question = calloc(1, sizeof *question);
        char asked[64] = "";
        bool more = true;

        nfslock_prepare(&address);
        while (path->program != dialogues[i].program)
            path++;
        asking.path = path;
        nfslock_first(&asking, question);
        for (const char *next = dialogues[i].answers; *next; next++) {
            size_t used = strlen(asked);
            assert_true(more);
            if (path->step == NFSLOCK_STEP_PORTMAP)
                snprintf(asked + used, sizeof asked - used, "B%u ", question->call.version);
            else
                strcat(asked, path->step == NFSLOCK_STEP_CALL ? "C " : "L ");
            if (path->step == NFSLOCK_STEP_LARGE) {
                unsigned char bytes[RPC_CALL_MAX];
                assert_in_range(rpc_encode_call(&question->call, bytes, sizeof bytes),
                                NFSLOCK_LARGE_BYTES, 512);
            }
            answer(*next, question);
            more = nfslock_next(&asking, question);
        }
        assert_false(more);
        if (path->result != dialogues[i].result || strcmp(asked, dialogues[i].asked) != 0)
            fail_msg("%zu: asked %s, %s", i, asked, rpc_answer_name(path->result));
        if (path->result == RPC_ANSWER_OK && path->program != RPC_PROGRAM_PORTMAP)
            assert_int_equal(path->port, 2049);
        free(question);
    }
}

static void explains(void **state)
{
    char text[128];
    (void)state;
    for (int result = 0; result < RPC_ANSWERS; result++)
        for (int step = 0; step <= NFSLOCK_STEP_LARGE; step++) {
            struct nfslock_path path = {.result = (enum rpc_answer)result,
                                        .step = (enum nfslock_step)step,
                                        .sent = 3,
                                        .low = 1,
                                        .high = 3};
            nfslock_explain(&path, text, sizeof text);
            assert_in_range(strlen(text), 5, 80);
        }
}

static void reads_addresses(void **state)
{
    static const struct {
        const char *text, *printed; /* NULL: none */
    } table[] = {{"127.0.0.1", "127.0.0.1"},
                 {"::1", "::1"},
                 {"localhost", NULL},
                 {"", NULL},
                 {"1.2.3.4.5", NULL}};
    SCRATCH_ARENA(arena);
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct sockaddr_storage at;
        bool found = nfslock_read_address(table[i].text, 111, &at);
        assert_int_equal(found, table[i].printed != NULL);
        if (found)
            assert_string_equal(nfslock_print_address(&at, arena), table[i].printed);
    }
}

/* 100 mounts of 20 servers, and what does not need to be called back. */
static void surveys_each_once(void **state)
{
    struct nfs_mount mounts[102] = {0};
    struct nfslock_survey survey;
    char servers[20][16];
    SCRATCH_ARENA(arena);
    (void)state;
    for (size_t i = 0; i < 20; i++)
        snprintf(servers[i], sizeof servers[i], "127.0.0.%zu", i + 1);
    for (size_t i = 0; i < 102; i++) {
        mounts[i].address = servers[i % 20];
        mounts[i].needs_nlm = i < 101;
    }
    mounts[100].address = "filer7";
    nfslock_survey(arena, &(struct nfs_mounts){.at = mounts, .count = 102}, 111, &survey);
    assert_int_equal(survey.mount_count, 101);
    assert_int_equal(survey.left_out, 0);
    size_t selves = 0;
    for (size_t i = 0; i < survey.count; i++)
        selves += !survey.is_server[i];
    assert_int_equal(survey.count - selves, 20);
    assert_in_range(selves, 1, 20);
    assert_true(survey.mounts[100].self == NFSLOCK_NOWHERE);
    assert_int_equal(nfslock_mount_verdict(&survey, &survey.mounts[100]), NFSLOCK_UNKNOWN);
    assert_false(survey.is_server[survey.mounts[5].self]);
    assert_string_equal(survey.addresses[survey.mounts[25].server].text, "127.0.0.6");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges),
        cmocka_unit_test(finds_the_worse),
        cmocka_unit_test(asks_what_follows),
        cmocka_unit_test(explains),
        cmocka_unit_test(reads_addresses),
        cmocka_unit_test(surveys_each_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
