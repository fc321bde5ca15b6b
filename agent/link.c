/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/relay.h"
#include "core/wire.h"

enum { CHUNK_BYTES = 64 * 1024 };

struct link {
    uv_pipe_t socket, log;
    unsigned open_handles;
    bool deaf; /* no more events */
    const struct link_events *events;
    void *owner;
    struct buf in;
    size_t received;
    struct relay relay;
    char chunk[CHUNK_BYTES]; /* libuv reads into it, one stream at a time */
};

static void give_chunk(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    struct link *link = handle->data;
    (void)suggested;
    *buf = uv_buf_init(link->chunk, sizeof link->chunk);
}

static void tell_end(struct link *link, int code, const struct error *e)
{
    if (link->deaf)
        return;
    link->deaf = true;
    uv_read_stop((uv_stream_t *)&link->socket);
    link->events->end(link->owner, code, e);
}

/* Hands on all whole messages there are. An event may close the link, so "deaf" is asked each time.
 */
static void take_messages(struct link *link)
{
    struct error e = {0};
    ProtobufCMessage *message;

    while (!link->deaf) {
        int code = wire_take(&link->in, link->events->type, &message, &e);
        if (code == 0)
            return;
        if (code < 0)
            tell_end(link, code, &e);
        else
            link->events->message(link->owner, message);
    }
}

static void on_socket(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct link *link = stream->data;
    struct error e = {0};

    if (n < 0) {
        tell_end(link, 0, &e);
        return;
    }
    link->received += (size_t)n;
    if (link->events->max_bytes && link->received > link->events->max_bytes) {
        error_set(&e, -EDQUOT, "more than %zu MiB", link->events->max_bytes >> 20);
        tell_end(link, -EDQUOT, &e);
        return;
    }
    buf_add(&link->in, buf->base, (size_t)n);
    take_messages(link);
}

static void on_log(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct link *link = stream->data;
    if (n > 0)
        relay_bytes(&link->relay, buf->base, (size_t)n);
    else if (n < 0)
        uv_read_stop(stream);
}

static void open_stream(uv_loop_t *loop, uv_pipe_t *pipe, int fd, uv_read_cb on_bytes,
                        struct link *link)
{
    uv_pipe_init(loop, pipe, 0);
    pipe->data = link;
    if (uv_pipe_open(pipe, fd) < 0) {
        close(fd);
        return;
    }
    uv_read_start((uv_stream_t *)pipe, give_chunk, on_bytes);
}

struct link *link_open(uv_loop_t *loop, int socket, int log, const char *name,
                       const struct link_events *events, void *owner)
{
    struct link *link = calloc(1, sizeof *link);
    if (!link)
        abort();
    link->events = events;
    link->owner = owner;
    link->relay.name = name;
    link->open_handles = 2;
    open_stream(loop, &link->socket, socket, on_socket, link);
    open_stream(loop, &link->log, log, on_log, link);
    return link;
}

struct sending {
    uv_write_t request;
    struct buf bytes;
};

static void on_sent(uv_write_t *request, int status)
{
    struct sending *sending = (struct sending *)request;
    (void)status; /* a worker that does not take it comes to its end, which is told */
    buf_free(&sending->bytes);
    free(sending);
}

size_t link_pending(const struct link *link)
{
    return uv_stream_get_write_queue_size((const uv_stream_t *)&link->socket);
}

/* Takes the bytes. */
static void send_bytes(struct link *link, struct buf bytes)
{
    struct sending *sending = calloc(1, sizeof *sending);
    if (!sending)
        abort();
    sending->bytes = bytes;
    uv_buf_t buf = uv_buf_init(sending->bytes.data, (unsigned)sending->bytes.length);
    if (uv_write(&sending->request, (uv_stream_t *)&link->socket, &buf, 1, on_sent) < 0)
        on_sent(&sending->request, 0);
}

void link_send(struct link *link, const ProtobufCMessage *message)
{
    struct buf bytes = {0};
    wire_put(&bytes, message);
    send_bytes(link, bytes);
}

void link_send_bytes(struct link *link, const struct buf *packed)
{
    struct buf bytes = {0};
    buf_add(&bytes, packed->data, packed->length);
    send_bytes(link, bytes);
}

static void on_closed(uv_handle_t *handle)
{
    struct link *link = handle->data;
    if (--link->open_handles)
        return;
    buf_free(&link->in);
    free(link);
}

static void close_handle(uv_pipe_t *pipe)
{
    if (!uv_is_closing((uv_handle_t *)pipe))
        uv_close((uv_handle_t *)pipe, on_closed);
}

void link_hang_up(struct link *link)
{
    link->deaf = true;
    close_handle(&link->socket);
}

/* What a worker said last often is why it died. A pipe holds no more than one chunk. */
static void take_last_words(struct link *link)
{
    uv_os_fd_t fd;
    ssize_t n = 0;
    if (uv_fileno((uv_handle_t *)&link->log, &fd) == 0)
        n = read(fd, link->chunk, sizeof link->chunk);
    if (n > 0)
        relay_bytes(&link->relay, link->chunk, (size_t)n);
    relay_end(&link->relay);
}

void link_close(struct link **link)
{
    if (!*link)
        return;
    (*link)->deaf = true;
    take_last_words(*link);
    close_handle(&(*link)->socket);
    close_handle(&(*link)->log);
    *link = NULL;
}
