/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/nlm_message.h"

#include <rpc/rpc.h>

/* How our calls are known again; any bytes will do. */
static const char cookie[] = "frwn";

enum { COOKIE_BYTES = 4, COOKIE_MAX = 1024, EMBEDDED_AT = 12 };

const char *nlm_status_text(enum nlm_status status)
{
    switch (status) {
    case NLM_GRANTED:
        return "granted";
    case NLM_DENIED:
        return "somebody else holds the lock";
    case NLM_DENIED_NO_LOCKS:
        return "the server has no room for locks";
    case NLM_BLOCKED:
        return "the server lets the lock wait";
    case NLM_DENIED_GRACE:
        return "the server was started just now and gives no new locks yet";
    case NLM_DEADLOCK:
        return "the server sees a deadlock";
    case NLM_READ_ONLY:
        return "the export is read-only";
    case NLM_STALE_HANDLE:
        return "the server does not know the file any more";
    case NLM_TOO_LARGE:
        return "the server cannot count that far";
    case NLM_FAILED:
        return "the server failed";
    case NLM_GARBAGE:
        break;
    }
    return "what comes back is no answer to a lock";
}

static bool put_bytes(XDR *xdr, const void *bytes, size_t length)
{
    char *place = (char *)(uintptr_t)bytes;
    u_int count = (u_int)length;
    return xdr_bytes(xdr, &place, &count, NLM_MESSAGE_MAX);
}

static bool put_number(XDR *xdr, u_int value)
{
    return xdr_u_int(xdr, &value);
}

/* struct nlm4_lock: of the whole file */
static bool put_lock(XDR *xdr, const struct nlm_lock *lock)
{
    uint64_t whole = 0;
    return put_bytes(xdr, lock->caller, strlen(lock->caller)) &&
           put_bytes(xdr, lock->handle, lock->handle_bytes) &&
           put_bytes(xdr, lock->owner, strlen(lock->owner)) && put_number(xdr, (u_int)lock->pid) &&
           xdr_uint64_t(xdr, &whole) && xdr_uint64_t(xdr, &whole);
}

size_t nlm_encode(enum nlm_procedure procedure, const struct nlm_lock *lock, void *out, size_t room)
{
    XDR xdr;

    if (strlen(lock->caller) > NLM_NAME_MAX || strlen(lock->owner) > NLM_NAME_MAX ||
        lock->handle_bytes > NLM_HANDLE_MAX)
        return 0;
    xdrmem_create(&xdr, out, room > NLM_MESSAGE_MAX ? NLM_MESSAGE_MAX : (u_int)room, XDR_ENCODE);
    bool done = put_bytes(&xdr, cookie, COOKIE_BYTES);
    if (procedure == NLM_NM_LOCK) /* block, exclusive, ..., reclaim, state */
        done = done && put_number(&xdr, FALSE) && put_number(&xdr, TRUE) && put_lock(&xdr, lock) &&
               put_number(&xdr, FALSE) && put_number(&xdr, 0);
    else
        done = done && put_lock(&xdr, lock);
    return done ? xdr_getpos(&xdr) : 0;
}

enum nlm_status nlm_decode(const void *body, size_t length)
{
    char bytes[COOKIE_MAX], *place = bytes;
    u_int count, status;
    XDR xdr;

    if (length > NLM_MESSAGE_MAX)
        return NLM_GARBAGE;
    xdrmem_create(&xdr, (char *)(uintptr_t)body, (u_int)length, XDR_DECODE);
    if (!xdr_bytes(&xdr, &place, &count, sizeof bytes) || !xdr_u_int(&xdr, &status))
        return NLM_GARBAGE;
    if (count != COOKIE_BYTES || memcmp(bytes, cookie, COOKIE_BYTES) != 0 || status > NLM_FAILED)
        return NLM_GARBAGE;
    return (enum nlm_status)status;
}

bool nlm_handle_of(const unsigned char *bytes, size_t length, struct nlm_lock *lock)
{
    uint16_t size;

    if (length < EMBEDDED_AT + sizeof size)
        return false;
    memcpy(&size, bytes + EMBEDDED_AT, sizeof size);
    if (!size || size > NLM_HANDLE_MAX || size > length - EMBEDDED_AT - sizeof size)
        return false;
    memcpy(lock->handle, bytes + EMBEDDED_AT + sizeof size, size);
    lock->handle_bytes = size;
    return true;
}
