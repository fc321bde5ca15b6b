/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/rpc_message.h"

enum { XID = 7 };

/* Words in hexadecimal, 32 bits each, to bytes. */
static size_t words(const char *text, unsigned char *bytes)
{
    size_t n = 0;
    for (char *end; *text; text = *end ? end + 1 : end) {
        unsigned long word = strtoul(text, &end, 16);
        assert_true(end > text);
        for (int shift = 24; shift >= 0; shift -= 8)
            bytes[n++] = (unsigned char)(word >> shift);
    }
    return n;
}

static void encodes_calls(void **state)
{
    static const struct {
        struct rpc_call call;
        const char *words;
    } table[] = {
        {{.xid = XID, .program = RPC_PROGRAM_NLM, .version = 4}, "7 0 2 186b5 4 0 0 0 0 0"},
        {{.xid = XID, .program = RPC_PROGRAM_NSM, .version = 1, .procedure = 3},
         "7 0 2 186b8 1 3 0 0 0 0"},
        {{.xid = XID, .program = RPC_PROGRAM_NLM, .version = 4, .machine = "abc", .groups = 1},
         "7 0 2 186b5 4 0 1 1c 0 3 61626300 0 0 1 0 0 0"},
    };
    unsigned char want[256], got[RPC_CALL_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t length = words(table[i].words, want);
        assert_int_equal(rpc_encode_call(&table[i].call, got, sizeof got), length);
        assert_memory_equal(got, want, length);
        assert_int_equal(rpc_encode_call(&table[i].call, got, length - 1), 0);
    }
}

static void encodes_what_rpcbind_is_asked(void **state)
{
    static const struct {
        unsigned version;
        enum rpc_transport transport;
        const char *words; /* arguments; NULL: not to be asked */
    } table[] = {
        {2, RPC_UDP, "186b5 4 11 0"},
        {2, RPC_TCP, "186b5 4 6 0"},
        {2, RPC_TCP6, NULL},
        {3, RPC_UDP6, "186b5 4 4 75647036 0 0"},
        {4, RPC_TCP, "186b5 4 3 74637000 0 0"},
    };
    unsigned char want[64], got[256];
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct rpc_call call;
        bool done = rpcbind_encode(table[i].version, RPC_PROGRAM_NLM, 4, table[i].transport, got,
                                   sizeof got, &call);
        assert_int_equal(done, table[i].words != NULL);
        if (!done)
            continue;
        assert_int_equal(call.argument_bytes, words(table[i].words, want));
        assert_memory_equal(got, want, call.argument_bytes);
        assert_int_equal(call.program, RPC_PROGRAM_PORTMAP);
        assert_int_equal(call.version, table[i].version);
        assert_int_equal(call.procedure, 3); /* GETPORT, GETADDR */
    }
}

static void decodes_replies(void **state)
{
    static const struct {
        const char *words;
        enum rpc_answer answer;
        uint32_t low, high, body_bytes;
    } table[] = {
        {"7 1 0 0 0 0", RPC_ANSWER_OK, 0, 0, 0},
        {"7 1 0 0 0 0 1 2", RPC_ANSWER_OK, 0, 0, 8},
        {"7 1 0 1 4 61626364 0", RPC_ANSWER_OK, 0, 0, 0},
        {"7 1 0 0 0 1", RPC_ANSWER_UNAVAILABLE, 0, 0, 0},
        {"7 1 0 0 0 2 1 4", RPC_ANSWER_MISMATCH, 1, 4, 0},
        {"7 1 0 0 0 2 1", RPC_ANSWER_GARBAGE, 0, 0, 0},
        {"7 1 0 0 0 3", RPC_ANSWER_NO_PROCEDURE, 0, 0, 0},
        {"7 1 0 0 0 4", RPC_ANSWER_GARBAGE_ARGS, 0, 0, 0},
        {"7 1 0 0 0 5", RPC_ANSWER_SYSTEM_ERROR, 0, 0, 0},
        {"7 1 0 0 0 6", RPC_ANSWER_GARBAGE, 0, 0, 0},
        {"7 1 1 0 2 2", RPC_ANSWER_DENIED, 0, 0, 0},
        {"7 1 1 1 5", RPC_ANSWER_DENIED, 0, 0, 0},
        {"7 1 1 2 5", RPC_ANSWER_GARBAGE, 0, 0, 0},
        {"8 1 0 0 0 0", RPC_ANSWER_WRONG_XID, 0, 0, 0},
        {"8 1 0 0 0 4", RPC_ANSWER_WRONG_XID, 0, 0, 0},
        {"7 0 2 186b5 4 0 0 0 0 0", RPC_ANSWER_GARBAGE, 0, 0, 0}, /* a call */
        {"7 2 0 0 0 0", RPC_ANSWER_GARBAGE, 0, 0, 0},
        {"7 1 2 0 0 0", RPC_ANSWER_GARBAGE, 0, 0, 0},
        {"7 1 0 0 191 0", RPC_ANSWER_GARBAGE, 0, 0, 0}, /* a verifier above 400 bytes */
        {"7 1 0 0 ffffffff 0", RPC_ANSWER_GARBAGE, 0, 0, 0},
        {"7 1 0 0 8 0", RPC_ANSWER_GARBAGE, 0, 0, 0},
        {"7", RPC_ANSWER_GARBAGE, 0, 0, 0},
        {"", RPC_ANSWER_GARBAGE, 0, 0, 0},
    };
    unsigned char bytes[256];
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct rpc_reply reply;
        rpc_decode_reply(bytes, words(table[i].words, bytes), XID, &reply);
        if (reply.answer != table[i].answer)
            fail_msg("'%s': %s", table[i].words, rpc_answer_name(reply.answer));
        assert_int_equal(reply.low, table[i].low);
        assert_int_equal(reply.high, table[i].high);
        assert_int_equal(reply.body_bytes, table[i].body_bytes);
    }
}

static void decodes_what_rpcbind_says(void **state)
{
    static const struct {
        unsigned version;
        const char *words;
        enum rpc_answer answer;
        uint16_t port;
    } table[] = {
        {2, "fcd", RPC_ANSWER_OK, 4045},
        {2, "0", RPC_ANSWER_UNREGISTERED, 0},
        {2, "10000", RPC_ANSWER_GARBAGE, 0},
        {2, "", RPC_ANSWER_GARBAGE, 0},
        {4, "0", RPC_ANSWER_UNREGISTERED, 0},
        {4, "b 312e322e 332e342e 302e3900", RPC_ANSWER_OK, 9},           /* 1.2.3.4.0.9 */
        {3, "b 312e322e 332e342e 302e3000", RPC_ANSWER_UNREGISTERED, 0}, /* 1.2.3.4.0.0 */
        {4, "b 312e322e 332e342e", RPC_ANSWER_GARBAGE, 0},
        {4, "1 31000000", RPC_ANSWER_GARBAGE, 0},
        {4, "ffffffff 31000000", RPC_ANSWER_GARBAGE, 0},
    };
    unsigned char bytes[256];
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        uint16_t port;
        enum rpc_answer answer =
            rpcbind_decode(table[i].version, bytes, words(table[i].words, bytes), &port);
        if (answer != table[i].answer)
            fail_msg("'%s': %s", table[i].words, rpc_answer_name(answer));
        if (answer == RPC_ANSWER_OK)
            assert_int_equal(port, table[i].port);
    }
}

static void reads_universal_addresses(void **state)
{
    static const struct {
        const char *text;
        int port; /* -1: none */
    } table[] = {
        {"192.0.2.1.15.205", 15 * 256 + 205},
        {"::.0.111", 111},
        {"2001:db8::1.255.255", 65535},
        {"192.0.2.1.15.256", -1},
        {"", -1},
        {"1.2", -1},
        {".1.2", -1},
        {"x..2", -1},
        {"x.1.", -1},
        {"x.1.2 ", -1},
        {"x.0001.2", -1},
        {"...", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        uint16_t port;
        bool found = rpc_universal_port(table[i].text, &port);
        if (found != (table[i].port >= 0) || (found && port != table[i].port))
            fail_msg("'%s'", table[i].text);
    }
}

/* Streams, fed in pieces of one size after the other: what comes out must not depend on it. */
static void takes_records(void **state)
{
    static const struct {
        const char *words, *seen; /* R: a record and its bytes, O: oversized, +: within one */
    } table[] = {
        {"80000004 1", "R4"},
        {"80000000", "R0"},
        {"4 1 80000004 2", "R8"},
        {"0 0 80000004 2", "R4"},
        {"80000004 1 80000008 2 3", "R4R8"},
        {"80000008 1", "+"},
        {"4 1", "+"},
        {"", ""},
        {"c0000000 1", "O"}, /* 1 GB */
        {"80001001 1", "O"},
        {"ffffffff", "O"},
        {"80001000", "+"},
        {"4 1 80000ffd", "O"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        unsigned char bytes[256];
        size_t length = words(table[i].words, bytes);
        for (size_t piece = 1; piece <= length + 1; piece++) {
            struct rpc_stream *stream = calloc(1, sizeof *stream);
            char seen[64] = "";
            for (size_t at = 0; at < length && !strchr(seen, 'O');) {
                size_t taken, n = length - at < piece ? length - at : piece;
                enum rpc_stream_state now = rpc_stream_take(stream, bytes + at, n, &taken);
                size_t used = strlen(seen);
                if (now == RPC_STREAM_RECORD)
                    snprintf(seen + used, sizeof seen - used, "R%zu", stream->length);
                else if (now == RPC_STREAM_OVERSIZED)
                    strcat(seen, "O");
                assert_true(now != RPC_STREAM_MORE || taken == n);
                at += taken;
            }
            if (rpc_stream_is_within(stream) && !strchr(seen, 'O'))
                strcat(seen, "+");
            free(stream);
            if (strcmp(seen, table[i].seen) != 0)
                fail_msg("'%s' by %zu: %s", table[i].words, piece, seen);
        }
    }
}

static void counts_fragments(void **state)
{
    struct rpc_stream *stream = calloc(1, sizeof *stream);
    size_t taken;
    (void)state;
    for (int i = 0; i < RPC_FRAGMENTS_MAX; i++)
        assert_int_equal(rpc_stream_take(stream, "\0\0\0\0", 4, &taken), RPC_STREAM_MORE);
    assert_int_equal(rpc_stream_take(stream, "\0\0\0\0", 4, &taken), RPC_STREAM_OVERSIZED);
    free(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodes_calls),
        cmocka_unit_test(encodes_what_rpcbind_is_asked),
        cmocka_unit_test(decodes_replies),
        cmocka_unit_test(decodes_what_rpcbind_says),
        cmocka_unit_test(reads_universal_addresses),
        cmocka_unit_test(takes_records),
        cmocka_unit_test(counts_fragments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
