/* SPDX-License-Identifier: Apache-2.0 */
#include "probes/rpc_ask.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "core/clock.h"

enum { MS_NS = 1000000, MARK_BYTES = 4, RESERVED_FIRST = 1023, RESERVED_LAST = 600 };

/* A question that is under way. */
struct slot {
    struct rpc_question *question; /* NULL: free */
    int fd;
    bool connected;
    int64_t begun_ns, end_ns, again_ns, pause_ns; /* again_ns: when it is to be sent again */
    unsigned char out[MARK_BYTES + RPC_CALL_MAX];
    size_t out_bytes, out_sent;
    struct rpc_stream stream;
    enum rpc_answer silence; /* what it is called if nothing better comes */
};

struct asking {
    struct rpc_question *questions;
    size_t count, next; /* next: the first that was not begun */
    const struct rpc_limits *limits;
    bool (*answered)(struct rpc_question *question, void *arg);
    void *arg;
    uint32_t xid;
    int64_t end_ns;
    struct slot *slots;
    struct pollfd *polls; /* beside slots */
    size_t slot_count, busy;
};

static int64_t now_ns(void)
{
    return clock_awake_ns(&clock_system);
}

static void begin(struct asking *asking, struct slot *slot);

/* The question has its answer; the next one takes its place in the slot. */
static void finish(struct asking *asking, struct slot *slot, enum rpc_answer answer, int code)
{
    struct rpc_question *question = slot->question;

    if (slot->fd >= 0)
        close(slot->fd);
    slot->fd = -1;
    question->answer = answer;
    question->code = code;
    question->seconds = (double)(now_ns() - slot->begun_ns) / 1e9;
    if (asking->answered && asking->answered(question, asking->arg) && now_ns() < asking->end_ns) {
        begin(asking, slot);
        return;
    }
    slot->question = NULL;
    asking->busy--;
}

/* The name for an errno that the network gave. */
static enum rpc_answer answer_of(const struct slot *slot, int code)
{
    switch (code) {
    case ECONNREFUSED:
        return RPC_ANSWER_REFUSED;
    case ECONNRESET:
    case EPIPE:
        return slot->connected && slot->question->stream ? RPC_ANSWER_CLOSED : RPC_ANSWER_REFUSED;
    case ETIMEDOUT:
        return RPC_ANSWER_TIMEOUT;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
    case EACCES: /* ICMP: communication administratively prohibited (IPv6) */
    case EPERM:  /* this host's own filter */
    case EPROTO:
    case ENOPROTOOPT:
        return RPC_ANSWER_UNREACHABLE;
    default:
        return RPC_ANSWER_LOCAL_ERROR;
    }
}

static void fail(struct asking *asking, struct slot *slot, int code)
{
    finish(asking, slot, answer_of(slot, code), -code);
}

static socklen_t address_bytes(const struct sockaddr_storage *address)
{
    return address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                          : sizeof(struct sockaddr_in);
}

static void set_port(struct sockaddr_storage *address, in_port_t port)
{
    if (address->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)address)->sin6_port = htons(port);
    else
        ((struct sockaddr_in *)address)->sin_port = htons(port);
}

static int bind_source(int fd, const struct rpc_question *question)
{
    struct sockaddr_storage from = question->from;

    if (!from.ss_family && !question->reserved)
        return 0;
    from.ss_family = question->to.ss_family;
    in_port_t port = question->reserved ? RESERVED_FIRST : 0;
    for (;; port--) {
        set_port(&from, port);
        if (bind(fd, (struct sockaddr *)&from, address_bytes(&from)) == 0)
            return 0;
        /* Who may not have a reserved port asks from another, which many servers take too. */
        if (errno == EACCES && port > 0)
            port = 1;
        else if (errno != EADDRINUSE || port <= RESERVED_LAST)
            return -errno;
    }
}

static int open_socket(const struct rpc_question *question)
{
    int family = question->to.ss_family, on = 1;
    int fd = socket(
        family, (question->stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -errno;
    /* All that ICMP tells, not only that the port is closed. */
    if (!question->stream && family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
    else if (!question->stream)
        setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
    int code = bind_source(fd, question);
    if (code == 0 &&
        connect(fd, (const struct sockaddr *)&question->to, address_bytes(&question->to)) < 0 &&
        errno != EINPROGRESS)
        code = -errno;
    if (code == 0)
        return fd;
    close(fd);
    return code;
}

/* Sends the call, or what is left of it; false where the question is over by that. */
static bool send_call(struct asking *asking, struct slot *slot)
{
    if (!slot->out_sent)
        slot->question->sent++;
    while (slot->out_sent < slot->out_bytes) {
        ssize_t n = send(slot->fd, slot->out + slot->out_sent, slot->out_bytes - slot->out_sent,
                         MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == ENOBUFS))
            return true;
        if (n < 0) {
            fail(asking, slot, errno);
            return false;
        }
        slot->out_sent += (size_t)n;
    }
    return true;
}

static void send_again(struct asking *asking, struct slot *slot)
{
    slot->pause_ns *= 2;
    slot->again_ns += slot->pause_ns;
    slot->out_sent = 0;
    send_call(asking, slot);
}

static bool encode(struct asking *asking, struct slot *slot)
{
    struct rpc_question *question = slot->question;
    size_t mark = question->stream ? MARK_BYTES : 0;

    question->call.xid = asking->xid++;
    size_t bytes = rpc_encode_call(&question->call, slot->out + mark, RPC_CALL_MAX);
    if (mark)
        rpc_encode_mark(bytes, slot->out);
    slot->out_bytes = bytes + mark;
    slot->out_sent = 0;
    return bytes > 0;
}

static void begin(struct asking *asking, struct slot *slot)
{
    struct rpc_question *question = slot->question;
    int64_t now = now_ns();

    slot->begun_ns = now;
    slot->end_ns = now + asking->limits->timeout_ms * MS_NS;
    if (slot->end_ns > asking->end_ns)
        slot->end_ns = asking->end_ns;
    slot->pause_ns = asking->limits->retry_ms * MS_NS;
    slot->again_ns = now + slot->pause_ns;
    slot->silence = RPC_ANSWER_TIMEOUT;
    slot->stream = (struct rpc_stream){.length = 0};
    slot->connected = false;
    question->sent = 0;
    question->body_bytes = 0;
    slot->fd = encode(asking, slot) ? open_socket(question) : -EMSGSIZE;
    if (slot->fd < 0) {
        int code = -slot->fd;
        slot->fd = -1;
        fail(asking, slot, code);
    } else if (!question->stream) {
        slot->connected = true;
        send_call(asking, slot);
    }
}

/* A whole message has come; true where it ends the question. */
static bool take_message(struct asking *asking, struct slot *slot, const unsigned char *bytes,
                         size_t length)
{
    struct rpc_question *question = slot->question;
    struct rpc_reply reply;

    rpc_decode_reply(bytes, length, question->call.xid, &reply);
    if (reply.answer == RPC_ANSWER_WRONG_XID || reply.answer == RPC_ANSWER_GARBAGE) {
        slot->silence = reply.answer; /* a better one may follow */
        return false;
    }
    question->low = reply.low;
    question->high = reply.high;
    question->body_bytes = reply.body_bytes < RPC_BODY_MAX ? reply.body_bytes : RPC_BODY_MAX;
    if (question->body_bytes)
        memcpy(question->body, reply.body, question->body_bytes);
    finish(asking, slot, reply.answer, 0);
    return true;
}

/* The bytes of a stream; true where they end the question. */
static bool take_bytes(struct asking *asking, struct slot *slot, const unsigned char *bytes,
                       size_t length)
{
    while (length) {
        size_t taken;
        enum rpc_stream_state state = rpc_stream_take(&slot->stream, bytes, length, &taken);
        if (state == RPC_STREAM_OVERSIZED) {
            finish(asking, slot, RPC_ANSWER_OVERSIZED, 0);
            return true;
        }
        if (state == RPC_STREAM_RECORD &&
            take_message(asking, slot, slot->stream.data, slot->stream.length))
            return true;
        bytes += taken;
        length -= taken;
    }
    return false;
}

/* Nothing more will come over this connection. */
static void take_end(struct asking *asking, struct slot *slot, int code)
{
    if (rpc_stream_is_within(&slot->stream))
        finish(asking, slot, RPC_ANSWER_TRUNCATED, -code);
    else if (slot->silence != RPC_ANSWER_TIMEOUT)
        finish(asking, slot, slot->silence, -code);
    else
        finish(asking, slot, RPC_ANSWER_CLOSED, -code);
}

static void receive(struct asking *asking, struct slot *slot)
{
    unsigned char bytes[RPC_REPLY_MAX + 1];
    const bool stream = slot->question->stream;

    /* Some at a time, so that one that never stops does not hold up the others. */
    for (int i = 0; i < 16; i++) {
        ssize_t n = recv(slot->fd, bytes, sizeof bytes, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (stream && n <= 0) {
            take_end(asking, slot, n < 0 ? errno : 0);
            return;
        }
        if (n < 0) {
            fail(asking, slot, errno);
            return;
        }
        if (stream ? take_bytes(asking, slot, bytes, (size_t)n)
                   : take_message(asking, slot, bytes, (size_t)n))
            return;
    }
}

static void on_connected(struct asking *asking, struct slot *slot)
{
    int code = 0;
    socklen_t bytes = sizeof code;

    getsockopt(slot->fd, SOL_SOCKET, SO_ERROR, &code, &bytes);
    if (code) {
        fail(asking, slot, code);
        return;
    }
    slot->connected = true;
    send_call(asking, slot);
}

static void on_event(struct asking *asking, struct slot *slot, short events)
{
    if (!slot->connected)
        on_connected(asking, slot);
    else if (events & (POLLIN | POLLERR | POLLHUP))
        receive(asking, slot);
    else if (events & POLLOUT)
        send_call(asking, slot);
}

static void on_time(struct asking *asking, struct slot *slot, int64_t now)
{
    if (now >= slot->end_ns)
        finish(asking, slot,
               rpc_stream_is_within(&slot->stream) ? RPC_ANSWER_TRUNCATED : slot->silence, 0);
    else if (!slot->question->stream && now >= slot->again_ns)
        send_again(asking, slot);
}

/* Whatever waits for a free slot gets one. */
static void fill_slots(struct asking *asking)
{
    for (size_t i = 0; i < asking->slot_count; i++) {
        struct slot *slot = &asking->slots[i];
        while (!slot->question && asking->next < asking->count && now_ns() < asking->end_ns) {
            slot->question = &asking->questions[asking->next++];
            asking->busy++;
            begin(asking, slot); /* may be over at once */
        }
    }
}

/* How long poll(2) may wait, in ms, rounded up. */
static int prepare_polls(struct asking *asking)
{
    int64_t first = asking->end_ns;

    for (size_t i = 0; i < asking->slot_count; i++) {
        const struct slot *slot = &asking->slots[i];
        bool sending = !slot->connected || slot->out_sent < slot->out_bytes;
        asking->polls[i] = (struct pollfd){.fd = -1};
        if (!slot->question)
            continue;
        asking->polls[i].fd = slot->fd;
        asking->polls[i].events = sending ? POLLIN | POLLOUT : POLLIN;
        if (slot->end_ns < first)
            first = slot->end_ns;
        if (!slot->question->stream && slot->again_ns < first)
            first = slot->again_ns;
    }
    int64_t left = first - now_ns();
    return left > 0 ? (int)((left + MS_NS - 1) / MS_NS) : 0;
}

static void run(struct asking *asking)
{
    for (fill_slots(asking); asking->busy; fill_slots(asking)) {
        int n = poll(asking->polls, asking->slot_count, prepare_polls(asking));
        for (size_t i = 0; n > 0 && i < asking->slot_count; i++)
            if (asking->polls[i].revents && asking->slots[i].question)
                on_event(asking, &asking->slots[i], asking->polls[i].revents);
        int64_t now = now_ns();
        for (size_t i = 0; i < asking->slot_count; i++)
            if (asking->slots[i].question)
                on_time(asking, &asking->slots[i], now);
    }
}

void rpc_ask(struct rpc_question *questions, size_t count, const struct rpc_limits *limits,
             bool (*answered)(struct rpc_question *question, void *arg), void *arg)
{
    size_t at_once = limits->at_once ? limits->at_once : RPC_AT_ONCE;
    struct asking asking = {.questions = questions,
                            .count = count,
                            .limits = limits,
                            .answered = answered,
                            .arg = arg,
                            .end_ns = now_ns() + limits->total_ms * MS_NS,
                            .slot_count = count < at_once ? count : at_once};

    for (size_t i = 0; i < count; i++)
        questions[i].answer = RPC_ANSWER_NOT_ASKED;
    if (!count)
        return;
    if (getrandom(&asking.xid, sizeof asking.xid, GRND_NONBLOCK) < 0)
        asking.xid = (uint32_t)now_ns();
    asking.slots = calloc(asking.slot_count, sizeof *asking.slots);
    asking.polls = calloc(asking.slot_count, sizeof *asking.polls);
    if (!asking.slots || !asking.polls)
        abort();
    run(&asking);
    free(asking.slots);
    free(asking.polls);
}
