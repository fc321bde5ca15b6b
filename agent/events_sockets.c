/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/events_sockets.h"

#include <errno.h>
#include <libudev.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/event.h"
#include "probes/probe.h"

/* How many messages are taken in one turn of the loop. */
enum { MAX_MESSAGES = 64 };

struct events_socket {
    events_told_fn *told;
    void *owner;
    uv_poll_t poll;
    struct udev *udev;
    struct udev_monitor *monitor; /* of blocks */
    int fd;                       /* of routes */
};

static struct events_socket *new_socket(events_told_fn *told, void *owner)
{
    struct events_socket *socket = calloc(1, sizeof *socket);
    if (!socket)
        abort();
    socket->told = told;
    socket->owner = owner;
    socket->fd = -1;
    return socket;
}

static void free_socket(struct events_socket *socket)
{
    udev_monitor_unref(socket->monitor);
    udev_unref(socket->udev);
    if (socket->fd >= 0)
        close(socket->fd);
    free(socket);
}

static void on_closed(uv_handle_t *handle)
{
    free_socket(handle->data);
}

static int start(uv_loop_t *loop, struct events_socket *new, int fd, uv_poll_cb on_event,
                 struct events_socket **socket, struct error *e)
{
    int code = uv_poll_init(loop, &new->poll, fd);

    if (code < 0) {
        free_socket(new);
        return error_set(e, code, "poll: %s", error_name(code));
    }
    new->poll.data = new;
    uv_poll_start(&new->poll, UV_READABLE, on_event);
    *socket = new;
    return 0;
}

static void on_block(uv_poll_t *poll, int status, int events)
{
    const struct events_socket *socket = poll->data;
    unsigned wakes = 0;

    (void)status;
    (void)events;
    for (int i = 0; i < MAX_MESSAGES; i++) {
        errno = 0;
        struct udev_device *device = udev_monitor_receive_device(socket->monitor);
        if (!device && errno == ENOBUFS)
            wakes |= PROBE_WAKE_ARRAY | PROBE_WAKE_DISK;
        if (!device)
            break;
        wakes |= event_of_block(udev_device_get_action(device), udev_device_get_sysname(device),
                                udev_device_get_devtype(device));
        udev_device_unref(device);
    }
    if (wakes)
        socket->told(socket->owner, wakes);
}

int events_blocks_open(uv_loop_t *loop, events_told_fn *told, void *owner,
                       struct events_socket **socket, struct error *e)
{
    const char *source = access("/run/udev/control", F_OK) == 0 ? "udev" : "kernel";
    struct events_socket *new = new_socket(told, owner);

    new->udev = udev_new();
    new->monitor = new->udev ? udev_monitor_new_from_netlink(new->udev, source) : NULL;
    int code = new->monitor ? 0 : -errno;
    if (code == 0)
        code = udev_monitor_filter_add_match_subsystem_devtype(new->monitor, "block", "disk");
    if (code == 0)
        code = udev_monitor_enable_receiving(new->monitor);
    if (code < 0) {
        free_socket(new);
        return error_set(e, code, "udev: %s", error_name(code));
    }
    return start(loop, new, udev_monitor_get_fd(new->monitor), on_block, socket, e);
}

static void on_route(uv_poll_t *poll, int status, int events)
{
    const struct events_socket *socket = poll->data;
    _Alignas(struct nlmsghdr) char message[8192];
    unsigned wakes = 0;

    (void)status;
    (void)events;
    for (int i = 0; i < MAX_MESSAGES; i++) {
        ssize_t n = recv(socket->fd, message, sizeof message, MSG_DONTWAIT);
        if (n < 0 && errno == ENOBUFS)
            wakes |= PROBE_WAKE_LINK;
        if (n <= 0)
            break;
        wakes |= event_of_route(message, (size_t)n);
    }
    if (wakes)
        socket->told(socket->owner, wakes);
}

int events_routes_open(uv_loop_t *loop, events_told_fn *told, void *owner,
                       struct events_socket **socket_r, struct error *e)
{
    const struct sockaddr_nl address = {.nl_family = AF_NETLINK,
                                        .nl_groups =
                                            RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR};
    struct events_socket *new = new_socket(told, owner);

    new->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (new->fd < 0 || bind(new->fd, (const struct sockaddr *)&address, sizeof address) < 0) {
        int code = -errno;
        free_socket(new);
        return error_set(e, code, "rtnetlink: %s", error_name(code));
    }
    return start(loop, new, new->fd, on_route, socket_r, e);
}

void events_socket_close(struct events_socket **socket)
{
    if (*socket)
        uv_close((uv_handle_t *)&(*socket)->poll, on_closed);
    *socket = NULL;
}
