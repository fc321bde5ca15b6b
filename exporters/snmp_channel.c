/* SPDX-License-Identifier: Apache-2.0 */
#include "exporters/snmp_channel.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/log.h"
#include "core/wire.h"
#include "exporters/exporter_link.h"

enum { READ_BYTES = 4096, WAIT_LEAST_MS = 500 };

void snmp_channel_init(struct snmp_channel *channel, const char *name,
                       int (*run)(struct exporter_link *, void *), void *arg)
{
    *channel = (struct snmp_channel){.name = name, .run = run, .arg = arg, .fd = -1};
}

/* In the child: descriptors of the worker and of other children end with it. */
static void run_child(struct snmp_channel *channel, int fd)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (fd > STDERR_FILENO + 1)
        close_range(STDERR_FILENO + 1, (unsigned)fd - 1, 0);
    close_range((unsigned)fd + 1, ~0U, 0);
    struct exporter_link *link = exporter_link_new(fd);
    _exit(channel->run(link, channel->arg));
}

bool snmp_channel_start(struct snmp_channel *channel, int64_t now_ns)
{
    int fds[2];

    if (channel->pid)
        return true;
    if (now_ns < channel->again_ns)
        return false;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
        log_error("%s: socket: %s", channel->name, error_name(errno));
        return false;
    }
    pid_t pid = fork();
    if (pid == 0)
        run_child(channel, fds[1]);
    close(fds[1]);
    if (pid < 0) {
        log_error("%s: fork: %s", channel->name, error_name(errno));
        close(fds[0]);
        channel->again_ns = now_ns + (int64_t)SNMP_WAIT_MOST_MS * 1000000;
        return false;
    }
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
    channel->pid = pid;
    channel->fd = fds[0];
    return true;
}

void snmp_channel_flush(struct snmp_channel *channel)
{
    while (channel->out.length) {
        ssize_t n = send(channel->fd, channel->out.data, channel->out.length, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; /* full, or gone: reading says so */
        buf_drop(&channel->out, (size_t)n);
    }
}

void snmp_channel_put(struct snmp_channel *channel, const struct buf *bytes)
{
    buf_add(&channel->out, bytes->data, bytes->length);
    snmp_channel_flush(channel);
}

void snmp_channel_stop(struct snmp_channel *channel)
{
    if (!channel->pid)
        return;
    kill(channel->pid, SIGKILL);
    close(channel->fd);
    channel->pid = 0;
    channel->fd = -1;
    buf_free(&channel->in);
    buf_free(&channel->out);
}

static void gone(struct snmp_channel *channel, int64_t now_ns)
{
    int64_t wait_ms = (int64_t)WAIT_LEAST_MS << (channel->failures < 10 ? channel->failures : 10);

    snmp_channel_stop(channel);
    channel->failures++;
    channel->again_ns =
        now_ns + (wait_ms < SNMP_WAIT_MOST_MS ? wait_ms : SNMP_WAIT_MOST_MS) * 1000000;
}

int snmp_channel_take(struct snmp_channel *channel, Forewarn__Told **told, int64_t now_ns)
{
    char chunk[READ_BYTES];
    ProtobufCMessage *message;

    for (;;) {
        int code = wire_take(&channel->in, &forewarn__told__descriptor, &message, NULL);
        if (code > 0)
            *told = (Forewarn__Told *)message;
        if (code > 0)
            return code;
        ssize_t n = code < 0 ? 0 : read(channel->fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return 0;
        if (n <= 0) {
            gone(channel, now_ns);
            return -EPIPE;
        }
        buf_add(&channel->in, chunk, (size_t)n);
    }
}

void snmp_channel_well(struct snmp_channel *channel)
{
    channel->failures = 0;
    channel->again_ns = 0;
}
