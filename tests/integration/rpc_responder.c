/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands for lockd or statd, well or ill: rpc_responder PROGRAM VERSIONS NETIDS PORT HOW [ARGUMENT]
 * listens on the port over the netids ("udp,tcp,udp6,tcp6"), registers the versions ("1,3,4") with
 * rpcbind under each, writes "ready" and answers each call, until it is ended, like this:
 *   ok            NULL does nothing; NLM 4 locks and unlocks files, as a server
 *   late MS       the same, that much later
 *   lose N        the first N datagrams of each call are lost
 *   mismatch garbage_args system_error denied garbage wrong_xid
 *   half gigabyte close silent   (of TCP: half a record, a record mark of 1 GB, no answer)
 */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <rpc/rpc.h>

#include <rpc/rpcb_prot.h>

enum { MAX_BYTES = 4096, MAX_SOCKETS = 64, MAX_CALLS = 256, MAX_LOCKS = 64, MAX_HANDLE = 64 };
enum { NLM4_UNLOCK = 4, NLM4_NM_LOCK = 22, NLM4_GRANTED = 0, NLM4_DENIED = 1 };

struct lock {
    unsigned char handle[MAX_HANDLE], owner[MAX_HANDLE];
    uint32_t handle_bytes, owner_bytes, svid;
};

struct responder {
    const char *how;
    int argument;
    struct pollfd polls[MAX_SOCKETS];
    enum { DATAGRAM, LISTENER, STREAM } kinds[MAX_SOCKETS];
    size_t count;
    struct {
        uint32_t xid;
        int count;
    } calls[MAX_CALLS]; /* of "lose" */
    struct lock locks[MAX_LOCKS];
    size_t lock_count;
};

static uint32_t get(const unsigned char *bytes, size_t word)
{
    uint32_t value;
    memcpy(&value, bytes + 4 * word, sizeof value);
    return ntohl(value);
}

static size_t put(unsigned char *bytes, size_t at, uint32_t value)
{
    value = htonl(value);
    memcpy(bytes + at, &value, sizeof value);
    return at + sizeof value;
}

static void die(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

/* Takes opaque bytes at *at; false where they do not fit. */
static bool take(const unsigned char *call, size_t length, size_t *at, unsigned char *to,
                 uint32_t room, uint32_t *bytes)
{
    if (*at + 4 > length)
        return false;
    *bytes = get(call + *at, 0);
    *at += 4;
    if (*bytes > room || *at + *bytes > length)
        return false;
    memcpy(to, call + *at, *bytes);
    *at += (*bytes + 3) & ~UINT32_C(3);
    return true;
}

/* nlm4_lock from caller_name on. */
static bool take_lock(const unsigned char *call, size_t length, size_t at, struct lock *lock)
{
    unsigned char name[MAX_BYTES];
    uint32_t bytes;

    *lock = (struct lock){.svid = 0};
    if (!take(call, length, &at, name, sizeof name, &bytes) ||
        !take(call, length, &at, lock->handle, MAX_HANDLE, &lock->handle_bytes) ||
        !take(call, length, &at, lock->owner, MAX_HANDLE, &lock->owner_bytes) || at + 4 > length)
        return false;
    lock->svid = get(call + at, 0);
    return true;
}

static uint32_t lock_file(struct responder *responder, const struct lock *lock)
{
    for (size_t i = 0; i < responder->lock_count; i++) {
        const struct lock *held = &responder->locks[i];
        if (held->handle_bytes == lock->handle_bytes &&
            memcmp(held->handle, lock->handle, lock->handle_bytes) == 0)
            return memcmp(held, lock, sizeof *lock) == 0 ? NLM4_GRANTED : NLM4_DENIED;
    }
    if (responder->lock_count == MAX_LOCKS)
        return NLM4_DENIED;
    responder->locks[responder->lock_count++] = *lock;
    printf("locked\n");
    return NLM4_GRANTED;
}

static uint32_t unlock_file(struct responder *responder, const struct lock *lock)
{
    for (size_t i = 0; i < responder->lock_count; i++)
        if (memcmp(&responder->locks[i], lock, sizeof *lock) == 0) {
            responder->locks[i] = responder->locks[--responder->lock_count];
            printf("unlocked\n");
        }
    return NLM4_GRANTED;
}

/* What NLM 4 answers: the cookie and a status. Returns the bytes of the results. */
static size_t answer_nlm(struct responder *responder, const unsigned char *call, size_t length,
                         unsigned char *results)
{
    unsigned char cookie[MAX_BYTES];
    struct lock lock;
    uint32_t bytes, status = NLM4_DENIED;
    uint32_t procedure = get(call, 5);
    size_t at = 24;

    for (int i = 0; i < 2; i++) { /* credentials, verifier */
        at += 4;
        if (!take(call, length, &at, cookie, sizeof cookie, &bytes))
            return 0;
    }
    if (!take(call, length, &at, cookie, sizeof cookie, &bytes))
        return 0;
    if (procedure == NLM4_NM_LOCK) /* whether to block, and exclusive, stand before the lock */
        status = take_lock(call, length, at + 8, &lock) ? lock_file(responder, &lock) : status;
    else if (procedure == NLM4_UNLOCK)
        status = take_lock(call, length, at, &lock) ? unlock_file(responder, &lock) : status;
    fflush(stdout);
    size_t n = put(results, 0, bytes);
    memcpy(results + n, cookie, bytes);
    n += (bytes + 3) & ~UINT32_C(3);
    return put(results, n, status);
}

/* The reply without a record mark. */
static size_t compose(struct responder *responder, const unsigned char *call, size_t length,
                      unsigned char *reply)
{
    const char *how = responder->how;
    uint32_t xid = get(call, 0);
    size_t n = put(reply, 0, strcmp(how, "wrong_xid") == 0 ? xid + 1 : xid);

    n = put(reply, n, REPLY);
    if (strcmp(how, "garbage") == 0)
        return n;
    if (strcmp(how, "denied") == 0)
        return put(reply, put(reply, put(reply, n, MSG_DENIED), AUTH_ERROR), AUTH_TOOWEAK);
    n = put(reply, put(reply, put(reply, n, MSG_ACCEPTED), AUTH_NONE), 0);
    if (strcmp(how, "mismatch") == 0)
        return put(reply, put(reply, put(reply, n, PROG_MISMATCH), 1), 3);
    if (strcmp(how, "garbage_args") == 0)
        return put(reply, n, GARBAGE_ARGS);
    if (strcmp(how, "system_error") == 0)
        return put(reply, n, SYSTEM_ERR);
    n = put(reply, n, SUCCESS);
    return get(call, 5) ? n + answer_nlm(responder, call, length, reply + n) : n;
}

static bool is_lost(struct responder *responder, uint32_t xid)
{
    size_t i = xid % MAX_CALLS;
    if (responder->calls[i].xid != xid) {
        responder->calls[i].xid = xid;
        responder->calls[i].count = 0;
    }
    return responder->calls[i].count++ < responder->argument;
}

/* "late" answers in a process of its own, so that calls do not wait for each other. */
static bool is_elsewhere(const struct responder *responder)
{
    if (strcmp(responder->how, "late") != 0)
        return false;
    if (fork() != 0)
        return true;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* else it would keep the port */
    usleep((useconds_t)responder->argument * 1000);
    return false;
}

static void on_datagram(struct responder *responder, int fd)
{
    unsigned char call[MAX_BYTES], reply[MAX_BYTES * 2];
    struct sockaddr_storage from;
    socklen_t bytes = sizeof from;
    ssize_t n = recvfrom(fd, call, sizeof call, 0, (struct sockaddr *)&from, &bytes);

    if (n < 24 || strcmp(responder->how, "silent") == 0)
        return;
    if (strcmp(responder->how, "lose") == 0 && is_lost(responder, get(call, 0)))
        return;
    if (is_elsewhere(responder))
        return;
    sendto(fd, reply, compose(responder, call, (size_t)n, reply), 0, (struct sockaddr *)&from,
           bytes);
    if (strcmp(responder->how, "late") == 0)
        _exit(0);
}

/* Calls are small and come in one piece. false: the connection is over. */
static bool on_stream(struct responder *responder, int fd)
{
    unsigned char call[MAX_BYTES], reply[MAX_BYTES * 2];
    const char *how = responder->how;
    ssize_t n = recv(fd, call, sizeof call, 0);

    if (n < 28)
        return false;
    if (strcmp(how, "silent") == 0)
        return true;
    if (strcmp(how, "close") == 0)
        return false;
    if (is_elsewhere(responder))
        return true;
    size_t length = compose(responder, call + 4, (size_t)n - 4, reply + 4);
    put(reply, 0, (strcmp(how, "gigabyte") == 0 ? 1 << 30 : (uint32_t)length) | UINT32_C(1) << 31);
    send(fd, reply, strcmp(how, "half") == 0 ? length / 2 : length + 4, MSG_NOSIGNAL);
    if (strcmp(how, "late") == 0)
        _exit(0);
    return strcmp(how, "half") != 0;
}

static void add(struct responder *responder, int fd, int kind)
{
    if (responder->count == MAX_SOCKETS) {
        close(fd);
        return;
    }
    responder->polls[responder->count] = (struct pollfd){.fd = fd, .events = POLLIN};
    responder->kinds[responder->count++] = kind;
}

static void serve(struct responder *responder)
{
    for (;;) {
        poll(responder->polls, responder->count, -1);
        for (size_t i = 0; i < responder->count; i++) {
            int fd = responder->polls[i].fd;
            if (!responder->polls[i].revents)
                continue;
            if (responder->kinds[i] == DATAGRAM)
                on_datagram(responder, fd);
            else if (responder->kinds[i] == LISTENER)
                add(responder, accept(fd, NULL, NULL), STREAM);
            else if (!on_stream(responder, fd)) {
                close(fd);
                responder->count--;
                responder->polls[i] = responder->polls[responder->count];
                responder->kinds[i] = responder->kinds[responder->count];
            }
        }
    }
}

/* Listens, and says so to rpcbind under each version. */
static void open_transport(struct responder *responder, const char *netid, int port,
                           uint32_t program, const char *versions)
{
    bool six = strchr(netid, '6') != NULL, stream = netid[0] == 't';
    struct sockaddr_in6 at6 = {.sin6_family = AF_INET6, .sin6_port = htons((in_port_t)port)};
    struct sockaddr_in at4 = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
    struct sockaddr *at = six ? (struct sockaddr *)&at6 : (struct sockaddr *)&at4;
    socklen_t bytes = six ? sizeof at6 : sizeof at4;
    int fd = socket(at->sa_family, stream ? SOCK_STREAM : SOCK_DGRAM, 0), on = 1;
    struct netconfig *netconfig = getnetconfigent(netid);
    struct netbuf address = {.maxlen = bytes, .len = bytes, .buf = at};

    if (!netconfig)
        die(netid);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (six)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(fd, at, bytes) < 0 || (stream && listen(fd, 32) < 0))
        die(netid);
    add(responder, fd, stream ? LISTENER : DATAGRAM);
    for (char *end; *versions; versions = *end ? end + 1 : end) {
        rpcvers_t version = (rpcvers_t)strtoul(versions, &end, 10);
        rpcb_unset(program, version, netconfig);
        if (!rpcb_set(program, version, netconfig, &address))
            die("rpcb_set");
    }
    freenetconfigent(netconfig);
}

int main(int argc, char **argv)
{
    static struct responder responder;

    if (argc < 6)
        return 2;
    signal(SIGCHLD, SIG_IGN);
    responder.how = argv[5];
    responder.argument = argc > 6 ? atoi(argv[6]) : 0;
    for (char *netid = strtok(argv[3], ","); netid; netid = strtok(NULL, ","))
        open_transport(&responder, netid, atoi(argv[4]), (uint32_t)strtoul(argv[1], NULL, 10),
                       argv[2]);
    printf("ready\n");
    fflush(stdout);
    serve(&responder);
}
