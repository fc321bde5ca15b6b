/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/control_client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/clock.h"

struct call {
    const char *path;
    int fd;
    int64_t deadline_ms;
    struct error *e;
};

static int64_t now_ms(void)
{
    return clock_monotonic_ns(&clock_system) / 1000000;
}

static int fail(const struct call *call, const char *operation, int code)
{
    return error_set(call->e, code, "%s %s: %s", operation, call->path, error_name(code));
}

/* 0 when the socket is ready for the event, -ETIMEDOUT when time is up. */
static int wait_for(const struct call *call, short event)
{
    struct pollfd poll_fd = {.fd = call->fd, .events = event};
    for (;;) {
        int64_t left = call->deadline_ms - now_ms();
        int ready = poll(&poll_fd, 1, left > 0 ? (int)left : 0);
        if (ready > 0)
            return 0;
        if (ready == 0)
            return -ETIMEDOUT;
        if (errno != EINTR)
            return -errno;
    }
}

static int connect_to(const struct call *call)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(call->path) >= sizeof address.sun_path)
        return -ENAMETOOLONG;
    strcpy(address.sun_path, call->path);
    /* A full backlog is EAGAIN: the agent is there but does not come to answer. */
    while (connect(call->fd, (const struct sockaddr *)&address, sizeof address) < 0) {
        if (errno != EAGAIN && errno != EINTR)
            return -errno;
        if (now_ms() >= call->deadline_ms)
            return -ETIMEDOUT;
        poll(NULL, 0, 10);
    }
    return 0;
}

static int send_all(const struct call *call, const char *data, size_t length)
{
    while (length) {
        ssize_t n = send(call->fd, data, length, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return -errno;
        if (n < 0) {
            int code = wait_for(call, POLLOUT);
            if (code < 0)
                return code;
            continue;
        }
        data += n;
        length -= (size_t)n;
    }
    return 0;
}

/* Up to the newline, or the end of the stream. */
static int receive_line(const struct call *call, struct buf *line)
{
    char part[65536];
    for (;;) {
        int code = wait_for(call, POLLIN);
        if (code < 0)
            return code;
        ssize_t n = recv(call->fd, part, sizeof part, 0);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (n < 0)
            return -errno;
        const char *newline = memchr(part, '\n', (size_t)n);
        buf_add(line, part, newline ? (size_t)(newline - part) : (size_t)n);
        if (newline || n == 0)
            return newline ? 0 : -ECONNRESET;
        if (line->length > CONTROL_MAX_REPLY)
            return -EMSGSIZE;
    }
}

static int read_reply(const struct call *call, const struct buf *line, json_t **reply)
{
    json_error_t wrong;
    *reply =
        json_loadb(line->length ? line->data : "", line->length, JSON_REJECT_DUPLICATES, &wrong);
    if (json_is_object(*reply))
        return 0;
    int code = error_set(call->e, -EPROTO, "read from %s: not a JSON object: %.200s", call->path,
                         *reply ? "another value" : wrong.text);
    json_decref(*reply);
    *reply = NULL;
    return code;
}

static int exchange(const struct call *call, const char *request, json_t **reply)
{
    struct buf line = {0};
    int code = connect_to(call);
    if (code < 0)
        return fail(call, "connect to", code);
    if ((code = send_all(call, request, strlen(request))) < 0 ||
        (code = send_all(call, "\n", 1)) < 0)
        return fail(call, "write to", code);
    code = receive_line(call, &line);
    code = code < 0 ? fail(call, "read from", code) : read_reply(call, &line, reply);
    buf_free(&line);
    return code;
}

int control_call(const char *socket_path, const json_t *request, int timeout_ms, json_t **reply,
                 struct error *e)
{
    struct call call = {.path = socket_path,
                        .fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
                        .deadline_ms = now_ms() + timeout_ms,
                        .e = e};
    *reply = NULL;
    if (call.fd < 0)
        return fail(&call, "socket for", -errno);
    char *text = json_dumps(request, JSON_COMPACT);
    if (!text)
        abort();
    int code = exchange(&call, text, reply);
    free(text);
    close(call.fd);
    return code;
}
