/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBES_RPC_MESSAGE_H
#define PROBES_RPC_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * ONC RPC (RFC 5531) and rpcbind (RFC 1833) as bytes, by libtirpc's XDR: calls to be sent, and
 * replies, which are outside input. Pure.
 */
enum {
    RPC_CALL_MAX = 2048,  /* bytes of a call */
    RPC_REPLY_MAX = 4096, /* bytes of a reply; none of those asked for comes near */
    RPC_FRAGMENTS_MAX = 64,
};

enum {
    RPC_PROGRAM_PORTMAP = 100000,
    RPC_PROGRAM_NLM = 100021, /* lockd */
    RPC_PROGRAM_NSM = 100024, /* statd */
};

/* What became of a question. The names are for programs: they stand in reports. */
enum rpc_answer {
    RPC_ANSWER_OK,
    RPC_ANSWER_UNREGISTERED, /* rpcbind answers and does not know the program on this transport */
    RPC_ANSWER_REFUSED,      /* ICMP port unreachable, or a reset instead of a connection */
    RPC_ANSWER_TIMEOUT,      /* nothing came, however often it was asked */
    RPC_ANSWER_MISMATCH,     /* the program is there, in other versions (low to high) */
    RPC_ANSWER_GARBAGE,      /* what came is no reply */
    RPC_ANSWER_UNREACHABLE,  /* no route, or ICMP says that there is none or that it is forbidden */
    RPC_ANSWER_UNAVAILABLE,  /* another program listens on the port */
    RPC_ANSWER_NO_PROCEDURE,
    RPC_ANSWER_GARBAGE_ARGS, /* the server could not decode the call */
    RPC_ANSWER_SYSTEM_ERROR, /* the server says that something failed there */
    RPC_ANSWER_DENIED,       /* authentication, or another version of RPC itself */
    RPC_ANSWER_TRUNCATED,    /* half a record, then nothing or the end */
    RPC_ANSWER_OVERSIZED,    /* a record mark that announces more than a reply can have */
    RPC_ANSWER_WRONG_XID,    /* replies, but none to what was asked */
    RPC_ANSWER_CLOSED,       /* the connection was taken, then closed or reset, without a reply */
    RPC_ANSWER_SMALL_ONLY,   /* a small call is answered, one of the size of a callback is not */
    RPC_ANSWER_LOCAL_ERROR,  /* this host could not ask: no socket, no address */
    RPC_ANSWER_NOT_ASKED,    /* the time was over before */
    RPC_ANSWERS,
};

const char *rpc_answer_name(enum rpc_answer answer); /* "ok", "wrong_xid" */

/* How a call travels. rpcbind's names for them are the same four: netids. */
enum rpc_transport { RPC_UDP, RPC_TCP, RPC_UDP6, RPC_TCP6, RPC_TRANSPORTS };

const char *rpc_transport_name(enum rpc_transport transport);
static inline bool rpc_transport_is_stream(enum rpc_transport transport)
{
    return transport == RPC_TCP || transport == RPC_TCP6;
}

struct rpc_call {
    uint32_t xid, program, version, procedure;
    const char *machine; /* AUTH_SYS: root on this host, at most 255 bytes; NULL: AUTH_NONE */
    unsigned groups;     /* of AUTH_SYS, at most 16: they make a call larger */
    const void *arguments;
    size_t argument_bytes; /* encoded, a multiple of 4 */
};

/* Bytes of the message, without a record mark; 0 where it does not fit. */
size_t rpc_encode_call(const struct rpc_call *call, void *out, size_t room);

/* Puts the mark of a record of one fragment. */
void rpc_encode_mark(size_t bytes, unsigned char mark[4]);

struct rpc_reply {
    enum rpc_answer answer;
    uint32_t low, high;        /* of RPC_ANSWER_MISMATCH */
    const unsigned char *body; /* the results, where answer is RPC_ANSWER_OK */
    size_t body_bytes;
};

/*
 * Reads a reply to the call with this xid. RPC_ANSWER_WRONG_XID: it is one to another call;
 * RPC_ANSWER_GARBAGE: it is none.
 */
void rpc_decode_reply(const void *bytes, size_t length, uint32_t xid, struct rpc_reply *reply);

/* Bytes of a stream (TCP) as they come, put together to records: RFC 5531, section 11. */
struct rpc_stream {
    unsigned char data[RPC_REPLY_MAX]; /* the record so far */
    size_t length;
    unsigned char mark[4];
    unsigned mark_bytes, fragments;
    uint32_t left; /* bytes of the fragment that are still to come */
    bool in_fragment, last;
};

enum rpc_stream_state { RPC_STREAM_MORE, RPC_STREAM_RECORD, RPC_STREAM_OVERSIZED };

/*
 * Takes bytes up to the end of a record, and says how many of them. After RPC_STREAM_RECORD the
 * record stands in data, and the next call begins another. A stream with too large a record, or one
 * in too many pieces, is at its end.
 */
enum rpc_stream_state rpc_stream_take(struct rpc_stream *stream, const void *bytes, size_t length,
                                      size_t *taken);

/* Whether part of a record has come, and the rest not. */
bool rpc_stream_is_within(const struct rpc_stream *stream);

/*
 * What rpcbind is asked: the port of a program, by GETADDR of version 4 or 3, or by GETPORT of
 * version 2, which knows IPv4 only. Fills program, version and procedure of the call, and its
 * arguments in room bytes at out; false where they do not fit or version 2 is asked for IPv6.
 */
bool rpcbind_encode(unsigned rpcbind_version, uint32_t program, uint32_t version,
                    enum rpc_transport transport, void *out, size_t room, struct rpc_call *call);

/* What it said: RPC_ANSWER_OK with the port, _UNREGISTERED, or _GARBAGE. */
enum rpc_answer rpcbind_decode(unsigned rpcbind_version, const void *body, size_t length,
                               uint16_t *port);

/* The port of a universal address, "192.0.2.1.15.205" or "2001:db8::1.15.205"; false: no such. */
bool rpc_universal_port(const char *text, uint16_t *port);

#endif
