/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/exporter_link.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/wire.h"

enum { READ_BYTES = 16 * 1024 };

struct exporter_link {
    int fd;
    struct buf in;
};

struct exporter_link *exporter_link_new(int fd)
{
    struct exporter_link *link = calloc(1, sizeof *link);
    if (!link)
        abort();
    link->fd = fd;
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    return link;
}

void exporter_link_free(struct exporter_link **link)
{
    if (!*link)
        return;
    close((*link)->fd);
    buf_free(&(*link)->in);
    free(*link);
    *link = NULL;
}

int exporter_link_fd(const struct exporter_link *link)
{
    return link->fd;
}

/* All that came was taken: it is worth a megabyte, once a tick. */
static void give_back(struct buf *in)
{
    if (in->length || !in->data)
        return;
    buf_free(in);
    malloc_trim(0);
}

int exporter_link_take(struct exporter_link *link, Forewarn__Tell **tell, struct error *e)
{
    char chunk[READ_BYTES];
    ProtobufCMessage *message;

    for (;;) {
        int code = wire_take(&link->in, &forewarn__tell__descriptor, &message, e);
        if (code > 0)
            *tell = (Forewarn__Tell *)message;
        if (code)
            return code;
        ssize_t n = read(link->fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN) {
            give_back(&link->in);
            return 0;
        }
        if (n <= 0)
            return error_set(e, -EPIPE, "the agent has gone");
        buf_add(&link->in, chunk, (size_t)n);
    }
}

static int write_all(int fd, const char *data, size_t length)
{
    while (length) {
        ssize_t n = send(fd, data, length, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN)
            poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
        else if (n < 0 && errno != EINTR)
            return -errno;
        data += n > 0 ? n : 0;
        length -= n > 0 ? (size_t)n : 0;
    }
    return 0;
}

int exporter_link_told(struct exporter_link *link, const char *id, const char *receiver,
                       bool delivered, const char *error)
{
    Forewarn__Told told = FOREWARN__TOLD__INIT;
    struct buf out = {0};

    told.id = (char *)(uintptr_t)id;
    told.receiver = (char *)(uintptr_t)receiver;
    told.has_delivered = true;
    told.delivered = delivered;
    told.error = (char *)(uintptr_t)error;
    wire_put(&out, &told.base);
    int code = write_all(link->fd, out.data, out.length);
    buf_free(&out);
    return code;
}
