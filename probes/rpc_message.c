/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/rpc_message.h"

#include <rpc/rpc.h>

#include <rpc/pmap_prot.h>

enum { MAX_UNIVERSAL = 128, MAX_MACHINE = 255, MAX_GROUPS = 16, MARK_LAST_BIT = 31 };

const char *rpc_answer_name(enum rpc_answer answer)
{
    static const char *const names[RPC_ANSWERS] = {
        [RPC_ANSWER_OK] = "ok",
        [RPC_ANSWER_UNREGISTERED] = "unregistered",
        [RPC_ANSWER_REFUSED] = "refused",
        [RPC_ANSWER_TIMEOUT] = "timeout",
        [RPC_ANSWER_MISMATCH] = "mismatch",
        [RPC_ANSWER_GARBAGE] = "garbage",
        [RPC_ANSWER_UNREACHABLE] = "unreachable",
        [RPC_ANSWER_UNAVAILABLE] = "unavailable",
        [RPC_ANSWER_NO_PROCEDURE] = "no_procedure",
        [RPC_ANSWER_GARBAGE_ARGS] = "garbage_args",
        [RPC_ANSWER_SYSTEM_ERROR] = "system_error",
        [RPC_ANSWER_DENIED] = "denied",
        [RPC_ANSWER_TRUNCATED] = "truncated",
        [RPC_ANSWER_OVERSIZED] = "oversized",
        [RPC_ANSWER_WRONG_XID] = "wrong_xid",
        [RPC_ANSWER_CLOSED] = "closed",
        [RPC_ANSWER_SMALL_ONLY] = "small_only",
        [RPC_ANSWER_LOCAL_ERROR] = "local_error",
        [RPC_ANSWER_NOT_ASKED] = "not_asked",
    };
    return (unsigned)answer < RPC_ANSWERS ? names[answer] : "garbage";
}

const char *rpc_transport_name(enum rpc_transport transport)
{
    static const char *const names[RPC_TRANSPORTS] = {
        [RPC_UDP] = "udp", [RPC_TCP] = "tcp", [RPC_UDP6] = "udp6", [RPC_TCP6] = "tcp6"};
    return names[transport];
}

/* The body of AUTH_SYS credentials; 0 where they do not fit. */
static size_t encode_credentials(const struct rpc_call *call, char *out, unsigned room)
{
    gid_t groups[MAX_GROUPS] = {0};
    struct authunix_parms parms = {.aup_machname = (char *)(uintptr_t)call->machine,
                                   .aup_len = call->groups,
                                   .aup_gids = groups};
    XDR xdr;

    if (strlen(call->machine) > MAX_MACHINE || call->groups > MAX_GROUPS)
        return 0;
    xdrmem_create(&xdr, out, room, XDR_ENCODE);
    return xdr_authunix_parms(&xdr, &parms) ? xdr_getpos(&xdr) : 0;
}

size_t rpc_encode_call(const struct rpc_call *call, void *out, size_t room)
{
    char credentials[MAX_AUTH_BYTES];
    struct rpc_msg message = {.rm_xid = call->xid, .rm_direction = CALL};
    struct call_body *body = &message.rm_call;
    XDR xdr;

    body->cb_rpcvers = RPC_MSG_VERSION;
    body->cb_prog = call->program;
    body->cb_vers = call->version;
    body->cb_proc = call->procedure;
    body->cb_cred.oa_flavor = body->cb_verf.oa_flavor = AUTH_NONE;
    if (call->machine) {
        body->cb_cred.oa_flavor = AUTH_SYS;
        body->cb_cred.oa_base = credentials;
        body->cb_cred.oa_length = (u_int)encode_credentials(call, credentials, sizeof credentials);
        if (!body->cb_cred.oa_length)
            return 0;
    }
    xdrmem_create(&xdr, out, room > RPC_CALL_MAX ? RPC_CALL_MAX : (u_int)room, XDR_ENCODE);
    if (!xdr_callmsg(&xdr, &message))
        return 0;
    if (call->argument_bytes &&
        !xdr_opaque(&xdr, (char *)(uintptr_t)call->arguments, (u_int)call->argument_bytes))
        return 0;
    return xdr_getpos(&xdr);
}

static void put32(unsigned char *out, uint32_t value)
{
    value = htonl(value);
    memcpy(out, &value, sizeof value);
}

static uint32_t get32(const unsigned char *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return ntohl(value);
}

void rpc_encode_mark(size_t bytes, unsigned char mark[4])
{
    put32(mark, (uint32_t)bytes | UINT32_C(1) << MARK_LAST_BIT);
}

static enum rpc_answer accepted(const struct accepted_reply *accepted, struct rpc_reply *reply)
{
    switch (accepted->ar_stat) {
    case SUCCESS:
        return RPC_ANSWER_OK;
    case PROG_UNAVAIL:
        return RPC_ANSWER_UNAVAILABLE;
    case PROG_MISMATCH:
        reply->low = (uint32_t)accepted->ar_vers.low;
        reply->high = (uint32_t)accepted->ar_vers.high;
        return RPC_ANSWER_MISMATCH;
    case PROC_UNAVAIL:
        return RPC_ANSWER_NO_PROCEDURE;
    case GARBAGE_ARGS:
        return RPC_ANSWER_GARBAGE_ARGS;
    case SYSTEM_ERR:
        return RPC_ANSWER_SYSTEM_ERROR;
    }
    return RPC_ANSWER_GARBAGE;
}

/* Results are read by whoever knows the procedure. */
static bool_t no_results(XDR *xdr, ...)
{
    (void)xdr;
    return TRUE;
}

void rpc_decode_reply(const void *bytes, size_t length, uint32_t xid, struct rpc_reply *reply)
{
    /* What xdr_replymsg() finds a place for it does not allocate. */
    char verifier[MAX_AUTH_BYTES];
    struct rpc_msg message = {0};
    XDR xdr;

    *reply = (struct rpc_reply){.answer = RPC_ANSWER_GARBAGE};
    if (length > RPC_REPLY_MAX)
        return;
    xdrmem_create(&xdr, (char *)(uintptr_t)bytes, (u_int)length, XDR_DECODE);
    message.acpted_rply.ar_verf.oa_base = verifier;
    message.acpted_rply.ar_results.proc = no_results;
    if (!xdr_replymsg(&xdr, &message))
        return;
    if (message.rm_xid != xid)
        reply->answer = RPC_ANSWER_WRONG_XID;
    else if (message.rm_reply.rp_stat == MSG_DENIED)
        reply->answer = RPC_ANSWER_DENIED;
    else
        reply->answer = accepted(&message.acpted_rply, reply);
    if (reply->answer != RPC_ANSWER_OK)
        return;
    reply->body = (const unsigned char *)bytes + xdr_getpos(&xdr);
    reply->body_bytes = length - xdr_getpos(&xdr);
}

/* A whole mark has come: what fragment does it announce? */
static enum rpc_stream_state begin_fragment(struct rpc_stream *stream)
{
    uint32_t mark = get32(stream->mark);

    stream->mark_bytes = 0;
    stream->in_fragment = true;
    stream->last = mark >> MARK_LAST_BIT;
    stream->left = mark & ~(UINT32_C(1) << MARK_LAST_BIT);
    if (stream->left > sizeof stream->data - stream->length ||
        ++stream->fragments > RPC_FRAGMENTS_MAX)
        return RPC_STREAM_OVERSIZED;
    return RPC_STREAM_MORE;
}

enum rpc_stream_state rpc_stream_take(struct rpc_stream *stream, const void *bytes, size_t length,
                                      size_t *taken)
{
    const unsigned char *next = bytes, *end = next + length;
    enum rpc_stream_state state = RPC_STREAM_MORE;

    if (stream->last && !stream->in_fragment) /* the record before was handed out */
        *stream = (struct rpc_stream){.mark_bytes = 0};
    while (next < end && state == RPC_STREAM_MORE) {
        if (!stream->in_fragment) {
            stream->mark[stream->mark_bytes++] = *next++;
            if (stream->mark_bytes == sizeof stream->mark)
                state = begin_fragment(stream);
        } else {
            size_t n = (size_t)(end - next) < stream->left ? (size_t)(end - next) : stream->left;
            memcpy(stream->data + stream->length, next, n);
            next += n;
            stream->length += n;
            stream->left -= (uint32_t)n;
        }
        if (state == RPC_STREAM_MORE && stream->in_fragment && !stream->left) {
            stream->in_fragment = false;
            state = stream->last ? RPC_STREAM_RECORD : RPC_STREAM_MORE;
        }
    }
    *taken = (size_t)(next - (const unsigned char *)bytes);
    return state;
}

bool rpc_stream_is_within(const struct rpc_stream *stream)
{
    return stream->mark_bytes || stream->in_fragment || (stream->fragments && !stream->last);
}

static bool encode_getport(uint32_t program, uint32_t version, enum rpc_transport transport,
                           XDR *xdr)
{
    struct pmap pmap = {.pm_prog = program,
                        .pm_vers = version,
                        .pm_prot = transport == RPC_TCP ? IPPROTO_TCP : IPPROTO_UDP};
    return (transport == RPC_TCP || transport == RPC_UDP) && xdr_pmap(xdr, &pmap);
}

static bool encode_getaddr(uint32_t program, uint32_t version, enum rpc_transport transport,
                           XDR *xdr)
{
    char none[] = "";
    struct rpcb wanted = {.r_prog = program,
                          .r_vers = version,
                          .r_netid = (char *)(uintptr_t)rpc_transport_name(transport),
                          .r_addr = none,
                          .r_owner = none};
    return xdr_rpcb(xdr, &wanted);
}

bool rpcbind_encode(unsigned rpcbind_version, uint32_t program, uint32_t version,
                    enum rpc_transport transport, void *out, size_t room, struct rpc_call *call)
{
    XDR xdr;
    bool done;

    xdrmem_create(&xdr, out, room > RPC_CALL_MAX ? RPC_CALL_MAX : (u_int)room, XDR_ENCODE);
    if (rpcbind_version == PMAPVERS)
        done = encode_getport(program, version, transport, &xdr);
    else
        done = encode_getaddr(program, version, transport, &xdr);
    *call = (struct rpc_call){
        .program = RPC_PROGRAM_PORTMAP,
        .version = rpcbind_version,
        .procedure = rpcbind_version == PMAPVERS ? PMAPPROC_GETPORT : RPCBPROC_GETADDR,
        .arguments = out,
        .argument_bytes = done ? xdr_getpos(&xdr) : 0,
    };
    return done;
}

/* One number from 0 to 255 at *text, in decimal; moves on behind it. */
static bool take_byte(const char **text, unsigned *byte)
{
    const char *start = *text;
    *byte = 0;
    while (**text >= '0' && **text <= '9' && *text - start < 3)
        *byte = *byte * 10 + (unsigned)(*(*text)++ - '0');
    return *text > start && *byte <= 255;
}

bool rpc_universal_port(const char *text, uint16_t *port)
{
    const char *low_dot = strrchr(text, '.'), *dot = low_dot;
    unsigned high, low;

    while (dot && dot > text && *--dot != '.')
        ;
    if (!dot || dot == text)
        return false;
    const char *next = dot + 1;
    if (!take_byte(&next, &high) || *next++ != '.' || !take_byte(&next, &low) || *next)
        return false;
    *port = (uint16_t)(high << 8 | low);
    return true;
}

static enum rpc_answer decode_getaddr(XDR *xdr, uint16_t *port)
{
    char text[MAX_UNIVERSAL + 1], *place = text;

    if (!xdr_string(xdr, &place, MAX_UNIVERSAL))
        return RPC_ANSWER_GARBAGE;
    if (!*text)
        return RPC_ANSWER_UNREGISTERED;
    if (!rpc_universal_port(text, port))
        return RPC_ANSWER_GARBAGE;
    return *port ? RPC_ANSWER_OK : RPC_ANSWER_UNREGISTERED;
}

enum rpc_answer rpcbind_decode(unsigned rpcbind_version, const void *body, size_t length,
                               uint16_t *port)
{
    XDR xdr;
    u_int number;

    *port = 0;
    if (length > RPC_REPLY_MAX)
        return RPC_ANSWER_GARBAGE;
    xdrmem_create(&xdr, (char *)(uintptr_t)body, (u_int)length, XDR_DECODE);
    if (rpcbind_version != PMAPVERS)
        return decode_getaddr(&xdr, port);
    if (!xdr_u_int(&xdr, &number) || number > UINT16_MAX)
        return RPC_ANSWER_GARBAGE;
    *port = (uint16_t)number;
    return number ? RPC_ANSWER_OK : RPC_ANSWER_UNREGISTERED;
}
